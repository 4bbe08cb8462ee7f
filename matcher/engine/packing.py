"""Columns of providers to rows of the table: prepared aside, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import SkillId
from graph_models.domain.providers import Provider
from graph_models.ports import Columns
from graph_models.records import to_columns
from matcher.availability import LATEST, to_microseconds
from matcher.engine.growing import Int32Array, Int64Array, Interned
from matcher.engine.rows import NEVER, NO_CAP, ROW, Bytes, Table, Vocabulary, gathered
from matcher.fixed_point import MILLION
from matcher.rules import HOUR
from matcher.travel import UNKNOWN_M

# What matching looks at, as `graph_models.schema` names it.
COLUMNS = (
    *("id", "kind", "name", "latitude", "longitude", "max_travel_km", "availability"),
    *("capacity_total", "capacity_reserved", "capacity_consumed", "is_active", "verified_at"),
    *("min_age", "max_age", "hardship", "languages", "accessibility"),
    *("monthly_cap", "cooldown_hours", "recent_referrals", "last_referral_at"),
    *("skills", "community_code", "serves"),
)
_AS_THEY_ARE = {"latitude": "latitude", "longitude": "longitude", "total": "capacity_total"} | {
    "recent": "recent_referrals",
    "is_active": "is_active",
}


class Batch(NamedTuple):
    """Providers laid out by themselves.

    Parameters
    ----------
    table
        Of `ROW`, shape (n,).
    skills, levels
        What they offer, one after the other.
    texts
        Bytes of their ids and names, one after the other.
    """

    table: Table
    skills: Int32Array
    levels: Int32Array
    texts: Bytes


def in_columns(providers: Iterable[Provider]) -> Columns:
    """Return `COLUMNS` of providers; of several with one id the last counts."""
    return to_columns(Provider, list({each.id: each for each in providers}.values()), COLUMNS)


def packed(columns: Columns, vocabulary: Vocabulary) -> Batch:
    """Lay providers out by themselves; their values get numbers in the vocabulary.

    Parameters
    ----------
    columns
        `COLUMNS` of the providers.
    """
    table = np.zeros(len(columns["id"]), ROW)
    for field, name in _AS_THEY_ARE.items():
        table[field] = columns[name]
    table["remaining"] = table["total"]
    for name in ("capacity_reserved", "capacity_consumed"):
        table["remaining"] -= np.array(columns[name], np.int32)
    travel = np.array(columns["max_travel_km"], np.float64)
    table["max_travel"] = np.where(np.isnan(travel), UNKNOWN_M, np.rint(travel * 1000))
    cap = np.array(columns["monthly_cap"], np.float64)
    table["cap"] = np.where(np.isnan(cap), NO_CAP, cap)
    table["is_alive"] = True
    _tell_times(table, columns)
    _number(table, columns, vocabulary)
    _place_on_sphere(table)
    return Batch(table, *_offers(table, columns["skills"], vocabulary.skills), _texts(table, columns))


def only(batch: Batch, which: npt.NDArray[np.intp]) -> Batch:
    """Return some of a batch, in the order given."""
    table = batch.table[which]
    return Batch(table, *gathered(table, batch.skills, batch.levels, batch.texts))


def _tell_times(table: Table, columns: Columns) -> None:
    table["verified_at"] = _microseconds(columns["verified_at"])
    asked = _microseconds(columns["last_referral_at"])
    ready = np.minimum(asked + np.array(columns["cooldown_hours"], np.int64) * HOUR, LATEST)
    table["ready_at"] = np.where(asked == NEVER, NEVER, ready)


def _microseconds(instants: Sequence[datetime | None]) -> Int64Array:
    known = {each: NEVER if each is None else to_microseconds(each) for each in dict.fromkeys(instants)}
    return np.fromiter(map(known.__getitem__, instants), np.int64, len(instants))


def _number(table: Table, columns: Columns, vocabulary: Vocabulary) -> None:
    """Fill in the numbers of interned values."""
    table["kind"] = vocabulary.number_kinds(columns["kind"])
    table["community"] = vocabulary.communities.numbers(columns["community_code"])
    table["serves"] = vocabulary.serves.numbers(columns["serves"])
    table["hours"] = vocabulary.hours.numbers(columns["availability"])
    terms = list(zip(columns["min_age"], columns["max_age"], columns["hardship"], strict=True))
    table["eligibility"] = vocabulary.eligibility.numbers(terms)
    table["languages"] = vocabulary.languages.numbers(columns["languages"])
    table["accessibility"] = vocabulary.accessibility.numbers(columns["accessibility"])


def _place_on_sphere(table: Table) -> None:
    """Fill in the points on the unit sphere from the degrees."""
    latitude, longitude = np.radians(table["latitude"]), np.radians(table["longitude"])
    table["x"] = np.cos(latitude) * np.cos(longitude)
    table["y"] = np.cos(latitude) * np.sin(longitude)
    table["z"] = np.sin(latitude)


def _offers(
    table: Table, skills: Sequence[Sequence[tuple[SkillId, float]]], known: Interned[SkillId]
) -> tuple[Int32Array, Int32Array]:
    """Lay out what is offered, skills and levels in millionths, and point the rows at it."""
    table["offers"] = [*map(len, skills)]
    table["offers_at"] = _starts(table["offers"])
    offers = list(chain.from_iterable(skills))
    levels = np.array([level for _, level in offers], np.float64) * MILLION
    return known.numbers([skill_id for skill_id, _ in offers]), np.rint(levels).astype(np.int32)


def _texts(table: Table, columns: Columns) -> Bytes:
    """Lay out ids and names, and point the rows at them."""
    ids, names = list(map(str.encode, columns["id"])), list(map(str.encode, columns["name"]))
    table["id_bytes"], table["name_bytes"] = [*map(len, ids)], [*map(len, names)]
    table["text_at"] = _starts(table["id_bytes"] + table["name_bytes"])
    joined = b"".join(chain.from_iterable(zip(ids, names, strict=True)))
    return np.frombuffer(joined, np.uint8)


def _starts(lengths: npt.NDArray[Any]) -> Int64Array:
    """Return where each of several pieces begins that lie one after the other."""
    return np.cumsum(lengths, dtype=np.int64) - lengths
