"""What analysts get to see of a study: no count of fewer than k people, and none that can be worked out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import starmap
from typing import TypeVar

import numpy as np

from graph_models.domain.identifiers import AreaCode, CategoryId
from graph_models.domain.places import AreaLevel
from matcher.areas import Areas
from matcher.coverage.city import City
from matcher.coverage.deficits import Deficit
from matcher.coverage.exposure import Grouping, ServedRate
from matcher.coverage.published import (
    AreaGap,
    CategorySupply,
    CauseCount,
    CommunityReach,
    Coverage,
    Equity,
    GroupMean,
    GroupServed,
    KeyProvider,
    KindExposure,
    ProvenDeficit,
)
from matcher.coverage.reasons import Cause
from matcher.coverage.study import Study
from matcher.coverage.suppression import DEFAULT_K, WHOLE, PublishedTable, suppress, suppress_parts

T = TypeVar("T", bound=str)
_MOST_KEY_PROVIDERS = 50
_FROM_COMMUNITY = tuple(AreaLevel)


def publish(study: Study, k: int = DEFAULT_K) -> Coverage:
    """Return what analysts get to see.

    Parameters
    ----------
    k
        Least count of needs or residents that is shown besides 0: at least 5.

    Raises
    ------
    InvalidValue
        If `k` is below 5, or no mask can protect the counts of so small a city.
    """
    city, outcome = study.city, study.outcome
    table = _needs_table(study, k)
    residents = _residents_table(city, k)
    proven = _telling(study, k)
    return Coverage(
        graph_revision=city.graph_revision,
        made_at=city.read_at,
        is_synthetic=any(each.is_synthetic for each in city.communities)
        or any(each.need.is_synthetic for each in city.contexts),
        k=k,
        units_wanted=at_least(outcome.wanted, k),
        units_served=at_least(outcome.served, k, of=outcome.wanted),
        gaps=tuple(_gaps(study, table)),
        causes=tuple(starmap(CauseCount, by_cause(Counter(each.cause for each in study.unmet), k).items())),
        deficits=tuple(_proven(study, each) for each in proven),
        hides_deficits=len(proven) < len(study.deficits.deficits),
        categories=tuple(_supply(study)),
        communities=tuple(_communities(study)),
        moran_i=known(study.clusters.moran_i),
        moran_p_value=known(study.clusters.p_value),
        key_providers=tuple(_key_providers(study, k)),
        sole_holders=study.sole_holders,
        exposures=tuple(
            KindExposure(each.kind, each.providers, each.never_asked, each.referrals, known(each.gini))
            for each in study.exposures
        ),
        often_asked=study.often_asked,
        served=tuple(_served(study.served, table, k)),
        equity=Equity(
            gini=known(outcome.gini),
            palma=known(outcome.palma),
            districts=tuple(_means(outcome.districts.mean_of_group, residents)),
        ),
    )


def _needs_table(study: Study, k: int) -> PublishedTable:
    """Hide small counts of open needs, met and unmet, by area and category.

    The narrowest areas are those in which there are `k` needs on average: below that nearly all would be
    hidden, and much of what is above to protect it.
    """
    city = study.city
    column_of = {category_id: column for column, category_id in enumerate(city.category_ids)}
    rows = _rows(city, len(city.contexts), k)
    met, unmet = np.zeros((2, len(rows), len(column_of)), np.int64)
    for context, left in zip(city.contexts, study.deficits.unserved.tolist(), strict=True):
        if (row := _row_of(city, rows, context.community_code)) is not None:
            (unmet if left else met)[row, column_of[context.category.id]] += 1
    return suppress_parts({"met": met, "unmet": unmet}, list(rows), _groups(city, rows), k=k)


def _residents_table(city: City, k: int) -> PublishedTable:
    rows = _rows(city, len(city.residents), k)
    counts = np.zeros((len(rows), 1), np.int64)
    for each in city.residents.values():
        if (row := _row_of(city, rows, each.residence_code)) is not None:
            counts[row] += 1
    return suppress(counts, list(rows), _groups(city, rows), k=k)


def _rows(city: City, people: int, k: int) -> dict[AreaCode, int]:
    """Give numbers to the areas of the narrowest level at which there are `k` people on average.

    An area that has nothing of that level below it stands for itself, so that nobody is left out.
    """
    areas = city.catalogue.areas
    for levels in (_FROM_COMMUNITY, _FROM_COMMUNITY[1:], _FROM_COMMUNITY[2:]):
        codes = {_narrowest(areas, each.code, levels) for each in city.communities}
        if people >= k * len(codes):
            break
    return {code: row for row, code in enumerate(sorted(codes))}


def _row_of(city: City, rows: Mapping[AreaCode, int], code: AreaCode | None) -> int | None:
    chain = city.catalogue.areas.chain(code) if code else ()
    return next((rows[each] for each in chain if each in rows), None)


def _narrowest(areas: Areas, code: AreaCode, levels: Sequence[AreaLevel]) -> AreaCode:
    """Return the narrowest area around a community that is of one of some levels."""
    return next(each for each in areas.chain(code) if areas[each].level in levels)


def _groups(city: City, rows: Mapping[AreaCode, int]) -> list[list[str]]:
    """Return the areas around each row that are part of the city, the coarsest first."""
    areas = city.catalogue.areas
    return [[code for code in areas.chain(each)[:0:-1] if areas[code].parent_code] for each in rows]


def _gaps(study: Study, table: PublishedTable) -> Iterator[AreaGap]:
    """List what is shown of areas with needs, the whole first."""
    city, areas = study.city, study.city.catalogue.areas
    cities = areas.at_level(AreaLevel.CITY)
    causes = _main_causes(study)
    for name, counts, unmet in zip(table.areas, table.values, table.parts["unmet"], strict=True):
        code = cities[0].code if name == WHOLE else AreaCode(name)
        for column in (-1, *range(len(city.category_ids))):
            if not counts[column] > 0:  # NaN is hidden: neither is listed, nor what has no needs
                continue
            category_id = None if column < 0 else city.category_ids[column]
            left = int(unmet[column])
            yield AreaGap(
                code,
                areas[code].level,
                areas[code].name,
                category_id,
                int(counts[column]),
                left,
                causes.get((code, category_id)) if left else None,
            )


def _main_causes(study: Study) -> dict[tuple[AreaCode, CategoryId | None], Cause]:
    """Tell what keeps help from most unmet needs of each area and category."""
    causes: defaultdict[tuple[AreaCode, CategoryId | None], list[Cause]] = defaultdict(list)
    for each in study.unmet:
        for code in study.city.catalogue.areas.chain(each.community_code) if each.community_code else ():
            causes[code, each.category_id].append(each.cause)
            causes[code, None].append(each.cause)
    return {key: _frequent(several)[0] for key, several in causes.items()}


def by_cause(counts: Mapping[Cause, int], k: int) -> dict[Cause, int | None]:
    """Return counts by cause without the small ones, and without others that their sum would tell."""
    table = suppress([[counts[cause]] for cause in Cause], [cause.value for cause in Cause], k=k)
    return {cause: _whole(table.values[table.areas.index(cause.value), 0]) for cause in Cause}


def _telling(study: Study, k: int) -> list[Deficit]:
    """Choose the deficits to show, the largest first.

    Each is of `k` needs and `k` missing units at least. What is left of the needs and of the missing units
    of the city is none, or `k` at least: its totals are shown.
    """
    chosen = [each for each in study.deficits.deficits if len(each.need_ids) >= k and each.missing >= k]
    while chosen:
        needs = len(study.city.contexts) - sum(len(each.need_ids) for each in chosen)
        missing = study.deficits.units - study.deficits.served - sum(each.missing for each in chosen)
        if not any(0 < left < k for left in (needs, missing)):
            break
        chosen.pop()
    return chosen


def _proven(study: Study, deficit: Deficit) -> ProvenDeficit:
    context_of = {each.need.id: each for each in study.city.contexts}
    contexts = [context_of[need_id] for need_id in deficit.need_ids]
    districts = (study.city.district_of(each.community_code) for each in contexts)
    return ProvenDeficit(
        _frequent([each.category.id for each in contexts]),
        _frequent([each for each in districts if each is not None]),
        len(deficit.need_ids),
        deficit.units,
        len(deficit.provider_ids),
        deficit.capacity,
        deficit.missing,
    )


def _frequent(values: Sequence[T]) -> tuple[T, ...]:
    counts = Counter(values)
    return tuple(sorted(counts, key=lambda each: (-counts[each], each)))


def _supply(study: Study) -> Iterator[CategorySupply]:
    access, menu = study.outcome.access, study.city.catalogue.categories
    rows = zip(
        access.category_ids,
        access.able.tolist(),
        access.able_units.tolist(),
        (access.providers == 0).sum(axis=1).tolist(),
        strict=True,
    )
    for category_id, providers, units, unreached in rows:
        names = menu[category_id]
        causes = _frequent([each.cause for each in study.unreached if each.category_id == category_id])
        yield CategorySupply(
            category_id, names.name_en, names.name_zh, providers, units, unreached, next(iter(causes), None)
        )


def _communities(study: Study) -> Iterator[CommunityReach]:
    counts = (study.outcome.access.providers == 0).sum(axis=0).tolist()
    for area, count, spot in zip(study.city.communities, counts, study.clusters.spots, strict=True):
        where = area.location
        yield CommunityReach(
            area.code,
            area.name,
            study.city.district_of(area.code),
            where.latitude if where else None,
            where.longitude if where else None,
            count,
            spot,
        )


def _key_providers(study: Study, k: int) -> Iterator[KeyProvider]:
    for each in study.dependences[:_MOST_KEY_PROVIDERS]:
        yield KeyProvider(
            each.provider_id,
            each.kind,
            each.name,
            each.category_ids,
            len(each.community_codes),
            each.cells,
            each.open_units // k * k,
            each.residents // k * k,
        )


def _served(rates: Sequence[ServedRate], gaps: PublishedTable, k: int) -> Iterator[GroupServed]:
    shown = {area for area, count in zip(gaps.areas, gaps.values[:, -1], strict=True) if count >= k}
    for grouping in Grouping:
        several = [each for each in rates if each.grouping is grouping]
        if not several:
            continue
        if grouping is Grouping.DISTRICT:
            yield from (_district_rate(each, shown, k) for each in several)
            continue
        parts = {
            "served": [[each.served] for each in several],
            "open": [[each.needs - each.served] for each in several],
        }
        table = suppress_parts(parts, [each.group for each in several], k=k)
        for each in several:
            row = table.areas.index(each.group)
            needs, served = _whole(table.values[row, 0]), _whole(table.parts["served"][row, 0])
            yield GroupServed(grouping, each.group, needs, served, None if needs is None else each.rate)


def _district_rate(rate: ServedRate, shown: Collection[str], k: int) -> GroupServed:
    is_shown = rate.group in shown and min(rate.served, rate.needs - rate.served) >= k
    return GroupServed(rate.grouping, rate.group, None, None, round(rate.rate, 2) if is_shown else None)


def _means(means: dict[str, float], residents: PublishedTable) -> Iterator[GroupMean]:
    for group, mean in means.items():
        count = residents.values[residents.areas.index(group), -1] if group in residents.areas else np.nan
        yield GroupMean(group, float(mean) if count >= residents.k else None)


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


def known(value: float) -> float | None:
    """Return a figure, None for one that there is not."""
    return None if np.isnan(value) else float(value)


def at_least(count: int, k: int, of: int | None = None) -> int | None:
    """Return a count unless it, or what it leaves of another, is small."""
    parts = (count,) if of is None else (count, of - count)
    return None if any(0 < each < k for each in parts) else count
