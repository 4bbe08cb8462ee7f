"""A suggestion list with all that it was made from, so that it can be made again, bit for bit.

The record holds the need, its resident, the providers of the list, the menu entry, the taxonomy, the
areas around the need, the history, the parameters and the instant. Replaying it runs the reference
implementation on exactly these.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from graph_models.declarations import PropertyType
from graph_models.domain.categories import Category
from graph_models.domain.errors import InvalidValue
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, AreaLevel
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from graph_models.ports import E
from graph_models.records import Row, from_row, to_columns, to_row, to_rows
from graph_models.schema import BY_ENTITY
from matcher.areas import Areas
from matcher.catalogue import Catalogue, compile_catalogue
from matcher.context import History, NeedContext, gather_context
from matcher.parameters import ContinuityParts, MatchParameters, Weights
from matcher.reference import reference_suggestions
from matcher.suggestions import SuggestionList

VERSION = 1
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one suggestion list was made from.

    Parameters
    ----------
    need, resident, history, now
        Whom help was sought for, and when.
    graph_revision
        The last change set that it takes account of.
    catalogue
        Areas around the need, its menu entry, the taxonomy, and the parameters.
    providers
        Those of the list.
    limit
        How many suggestions were asked for.
    """

    need: Need
    resident: Resident | None
    history: History
    now: datetime
    graph_revision: int
    catalogue: Catalogue
    providers: tuple[Provider, ...]
    limit: int

    def replayed(self) -> SuggestionList:
        """Make the list again with the reference implementation."""
        context = gather_context(self.need, self.catalogue, self.now, self.resident, self.history)
        # The list is short where there were no more; asking for just as many explains nothing anew.
        return reference_suggestions(context, self.providers, max(1, len(self.providers)))


@dataclass(frozen=True, slots=True)
class Replay:
    """A recorded list beside the one made again.

    Parameters
    ----------
    evidence
        What both were made from.
    recorded, replayed
        The suggestions as JSON.
    """

    evidence: Evidence
    recorded: bytes
    replayed: bytes

    @property
    def is_equal(self) -> bool:
        """Whether they are the same, bit for bit."""
        return self.recorded == self.replayed


def told(result: SuggestionList) -> bytes:
    """Write the suggestions of a list as JSON: equal lists are equal bytes."""
    return orjson.dumps([each.as_json() for each in result.suggestions], option=_SORTED)


def narrowed(context: NeedContext, catalogue: Catalogue) -> Catalogue:
    """Return of a catalogue what bears on one need."""
    # The cities tell the time zone where no community is near.
    codes = {each.code for each in catalogue.areas.at_level(AreaLevel.CITY)} | context.area_codes
    areas = [catalogue.areas[code] for code in sorted(codes)]
    menu = {context.category.id: context.category}
    return Catalogue(Areas(areas), menu, catalogue.taxonomy, _for(context))


def written(evidence: Evidence, result: SuggestionList) -> str:
    """Write the record of a list: compressed JSON as Base64 text."""
    catalogue = evidence.catalogue
    content = {
        "version": VERSION,
        "need": to_row(evidence.need),
        "resident": None if evidence.resident is None else to_row(evidence.resident),
        "served_before": sorted(evidence.history.served_before),
        "asked_already": sorted(evidence.history.asked_already),
        "now": evidence.now,
        "graph_revision": evidence.graph_revision,
        "areas": _rows(Area, catalogue.areas.all()),
        "skills": _rows(Skill, catalogue.taxonomy.all()),
        "categories": _rows(Category, tuple(catalogue.categories.values())),
        "parameters": asdict(catalogue.parameters),
        "providers": _rows(Provider, evidence.providers),
        "limit": evidence.limit,
        "suggestions": told(result).decode(),
    }
    return b64encode(zlib.compress(orjson.dumps(content, option=_SORTED))).decode()


def replay(text: str) -> Replay:
    """Read a record and make its list again.

    Raises
    ------
    InvalidValue
        If it is not a record of this version.
    """
    try:
        content = orjson.loads(zlib.decompress(b64decode(text, validate=True)))
        if content["version"] != VERSION:
            raise InvalidValue("suggestion_record.content", f"be of version {VERSION}", content["version"])
        evidence = _evidence(content)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise InvalidValue("suggestion_record.content", "be a record of a suggestion list", text) from error
    return Replay(evidence, content["suggestions"].encode(), told(evidence.replayed()))


def _rows(kind: type[E], values: Sequence[E]) -> list[Row]:
    return list(to_rows(to_columns(kind, values)))


def _evidence(content: Mapping[str, Any]) -> Evidence:
    resident = content["resident"]
    catalogue = compile_catalogue(
        _values(Area, content["areas"]),
        _values(Skill, content["skills"]),
        _values(Category, content["categories"]),
        _parameters(content["parameters"]),
    )
    return Evidence(
        need=_value(Need, content["need"]),
        resident=None if resident is None else _value(Resident, resident),
        history=History(frozenset(content["served_before"]), frozenset(content["asked_already"])),
        now=datetime.fromisoformat(content["now"]),
        graph_revision=content["graph_revision"],
        catalogue=catalogue,
        providers=tuple(_values(Provider, content["providers"])),
        limit=content["limit"],
    )


def _for(context: NeedContext) -> MatchParameters:
    """Return the parameters without the weights of other categories, which the menu would miss."""
    weights = context.parameters.category_weights
    own = {key: each for key, each in weights.items() if key == context.category.id}
    return replace(context.parameters, category_weights=own)


def _parameters(held: dict[str, Any]) -> MatchParameters:
    parts: dict[str, Any] = {name: Weights(**held[name]) for name in ("default_weights", "remote_weights")}
    parts["category_weights"] = {key: Weights(**each) for key, each in held["category_weights"].items()}
    parts["continuity"] = ContinuityParts(**held["continuity"])
    return MatchParameters(**{**held, **parts})


def _values(kind: type[E], rows: Iterable[Mapping[str, Any]]) -> Iterable[E]:
    return [_value(kind, row) for row in rows]


def _value(kind: type[E], row: Mapping[str, Any]) -> E:
    instants = {each.name for each in BY_ENTITY[kind].properties if each.kind is PropertyType.INSTANT}
    return from_row(
        kind,
        {
            name: datetime.fromisoformat(held) if name in instants and held is not None else held
            for name, held in row.items()
        },
    )
