"""What to do about the gaps of a city, from the published figures alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId
from matcher.coverage.clusters import Spot
from matcher.coverage.published import AreaGap, Coverage
from matcher.coverage.reasons import Cause

_MOST_KEY_PROVIDERS = 5
_MOST_DISTRICTS = 3


class ActionKind(StrEnum):
    """What is to be done."""

    FIND_UNITS = "find_units"  # a proof says how many are missing at least
    TRAIN = "train"
    ADD_CAPACITY = "add_capacity"
    COME_CLOSER = "come_closer"
    ADD_HOURS = "add_hours"
    ADMIT = "admit"
    SECOND_PROVIDER = "second_provider"
    PLAN_SUPPLY = "plan_supply"


ACTION_OF: Mapping[Cause, ActionKind] = {
    Cause.SKILL: ActionKind.TRAIN,
    Cause.CAPACITY: ActionKind.ADD_CAPACITY,
    Cause.DISTANCE: ActionKind.COME_CLOSER,
    Cause.TIME: ActionKind.ADD_HOURS,
    Cause.ELIGIBILITY: ActionKind.ADMIT,
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Parameters
    ----------
    area_codes
        Where; the whole city if there are none.
    category_ids
        For what, those with most needs first; all categories if there are none.
    needs
        Unmet needs that it is for. They may be added up: no need is counted in two actions. None where an
        area or category holds needs of other actions besides its own.
    units
        Missing units that are proven.
    communities
        How many it is about.
    provider_id
        Whom it is about.
    """

    kind: ActionKind
    area_codes: tuple[AreaCode, ...] = ()
    category_ids: tuple[CategoryId, ...] = ()
    needs: int | None = None
    units: int | None = None
    communities: int | None = None
    provider_id: ProviderId | None = None


def recommend(coverage: Coverage) -> tuple[Action, ...]:
    """Return what to do, the most urgent first.

    Proven deficits come first, the largest ahead; then gaps by unmet needs, each in the narrowest area and
    category that is shown; then providers that must not be lost, and districts where gaps lie together.
    A wider area or category follows only for the needs that no narrower one accounts for, without a number:
    what they leave is a difference, and nobody gets to see one.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> from graph_models.domain.places import AreaLevel
    >>> from matcher.coverage.published import Equity
    >>> gap = AreaGap("4401", AreaLevel.CITY, "Guangzhou", "home_care", 50, 20, Cause.SKILL)
    >>> coverage = Coverage(
    ...     1, datetime(2026, 1, 1, tzinfo=timezone.utc), False, 10, 80, 60, (gap,), (), (), 0, (), (),
    ...     None, None, (), (), (), (), (), Equity(None, None, ()),
    ... )
    >>> [(each.kind.value, each.category_ids, each.needs) for each in recommend(coverage)]
    [('train', ('home_care',), 20)]
    """
    return (
        *_for_deficits(coverage),
        *_for_gaps(coverage.gaps),
        *_for_key_providers(coverage),
        *_for_clusters(coverage),
    )


def _for_deficits(coverage: Coverage) -> Iterator[Action]:
    for each in sorted(coverage.deficits, key=lambda each: -each.missing):
        yield Action(ActionKind.FIND_UNITS, each.district_codes, each.category_ids, units=each.missing)


def _for_gaps(gaps: Sequence[AreaGap]) -> Iterator[Action]:
    """Join the gaps of an area that ask for the same, those with a number first."""
    chosen = _narrowest(gaps)
    joined: defaultdict[tuple[bool, AreaCode, ActionKind, bool], list[AreaGap]] = defaultdict(list)
    for gap, is_alone in chosen:
        if gap.main_cause is not None:
            kind, for_all = ACTION_OF[gap.main_cause], gap.category_id is None
            joined[is_alone, gap.area_code, kind, for_all].append(gap)
    sizes = {key: sum(each.unmet for each in several) for key, several in joined.items()}
    for key in sorted(joined, key=lambda key: (not key[0], -sizes[key], *key[1:])):
        is_alone, code, kind, _ = key
        several = sorted(joined[key], key=lambda each: (-each.unmet, each.category_id or ""))
        categories = tuple(each.category_id for each in several if each.category_id is not None)
        yield Action(kind, (code,), categories, sizes[key] if is_alone else None)


def _narrowest(gaps: Sequence[AreaGap]) -> list[tuple[AreaGap, bool]]:
    """Choose gaps that account for all unmet needs, with whether one shares none with those before it.

    Single categories come before all together and narrow areas before wide ones.
    """
    chosen: list[tuple[AreaGap, bool]] = []
    covered, counted = _Needs(gaps), _Needs(gaps)
    for gap in sorted(gaps, key=lambda each: (each.category_id is None, -len(each.area_code))):
        left = gap.unmet - covered.inside(gap)
        if left <= 0:
            continue
        is_alone = not (counted.inside(gap) or counted.may_share(gap))
        chosen.append((gap, is_alone))
        if is_alone:
            counted.add(gap, gap.unmet)
        # What is perhaps covered already must not count twice, or a wider gap would seem to be covered.
        covered.add(gap, 0 if covered.may_share(gap) else left)
    return chosen


class _Needs:
    """Unmet needs of gaps, summed up for all areas and categories that hold them."""

    def __init__(self, gaps: Sequence[AreaGap]) -> None:
        self._codes = {each.area_code for each in gaps}
        self._sums: Counter[tuple[AreaCode, CategoryId | None]] = Counter()
        self._singles: set[AreaCode] = set()  # areas with gaps of a single category

    def add(self, gap: AreaGap, needs: int) -> None:
        if gap.category_id is not None:
            self._singles.add(gap.area_code)
        for code in (gap.area_code, *self._around(gap.area_code)):
            for category_id in {gap.category_id, None}:
                self._sums[code, category_id] += needs

    def inside(self, gap: AreaGap) -> int:
        return self._sums[gap.area_code, gap.category_id]

    def may_share(self, gap: AreaGap) -> bool:
        """Tell whether a gap of all categories lies in an area that was added for one of them."""
        return gap.category_id is None and not self._singles.isdisjoint(self._around(gap.area_code))

    def _around(self, code: AreaCode) -> list[AreaCode]:
        """Return the wider areas that have gaps: a code begins with theirs."""
        wider = (AreaCode(code[:length]) for length in range(1, len(code)))
        return [each for each in wider if each in self._codes]


def _for_key_providers(coverage: Coverage) -> Iterator[Action]:
    for each in coverage.key_providers[:_MOST_KEY_PROVIDERS]:
        yield Action(
            ActionKind.SECOND_PROVIDER,
            category_ids=each.category_ids,
            communities=each.communities,
            provider_id=each.provider_id,
        )


def _for_clusters(coverage: Coverage) -> Iterator[Action]:
    counts = Counter(
        each.district_code
        for each in coverage.communities
        if each.spot is Spot.HIGH_HIGH and each.district_code is not None
    )
    for code in sorted(counts, key=lambda code: (-counts[code], code))[:_MOST_DISTRICTS]:
        yield Action(ActionKind.PLAN_SUPPLY, (code,), communities=counts[code])
