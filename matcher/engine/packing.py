"""Columns of providers to rows of the table: prepared aside, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from datetime import datetime
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import SkillId
from graph_models.domain.providers import Provider
from graph_models.ports import Columns
from graph_models.records import to_columns
from matcher.availability import to_microseconds
from matcher.engine.growing import Int32Array, Int64Array, Interned, mapped
from matcher.engine.rows import NEVER, NO_CAP, ROW, Bytes, Table, Vocabulary, gathered
from matcher.fixed_point import to_millionths
from matcher.rules import cooldown_end
from matcher.travel import UNKNOWN_M, to_metres, unit_vectors

# What matching looks at, as `graph_models.schema` names it.
COLUMNS = (
    *("id", "kind", "name", "latitude", "longitude", "max_travel_km", "availability"),
    *("capacity_total", "capacity_reserved", "capacity_consumed", "is_active", "verified_at"),
    *("min_age", "max_age", "hardship", "languages", "accessibility"),
    *("monthly_cap", "cooldown_hours", "recent_referrals", "last_referral_at"),
    *("skills", "community_code", "serves"),
)


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
    _count(table, columns)
    _tell_times(table, columns)
    _number(table, columns, vocabulary)
    _place(table, columns)
    table["is_active"] = columns["is_active"]
    table["is_alive"] = True
    return Batch(table, *_offers(table, columns["skills"], vocabulary.skills), _texts(table, columns))


def only(batch: Batch, which: npt.NDArray[np.intp]) -> Batch:
    """Return some of a batch, in the order given."""
    table = batch.table[which]
    return Batch(table, *gathered(table, batch.skills, batch.levels, batch.texts))


def _count(table: Table, columns: Columns) -> None:
    """Fill in units, referrals and the limit of travel."""
    total, reserved, consumed, recent = (
        np.fromiter(columns[name], np.int32, len(table))
        for name in ("capacity_total", "capacity_reserved", "capacity_consumed", "recent_referrals")
    )
    table["total"], table["remaining"], table["recent"] = total, total - reserved - consumed, recent
    table["cap"] = [NO_CAP if cap is None else cap for cap in columns["monthly_cap"]]
    table["max_travel"] = mapped(columns["max_travel_km"], _metres, np.int32)


def _metres(distance_km: float | None) -> int:
    return UNKNOWN_M if distance_km is None else to_metres(distance_km)


def _tell_times(table: Table, columns: Columns) -> None:
    table["verified_at"] = mapped(columns["verified_at"], _microseconds, np.int64)
    asked = list(zip(columns["last_referral_at"], columns["cooldown_hours"], strict=True))
    table["ready_at"] = mapped(asked, _ready_at, np.int64)
    table["rests"] = np.fromiter(columns["cooldown_hours"], np.int32, len(table)) > 0


def _microseconds(instant: datetime | None) -> int:
    return NEVER if instant is None else to_microseconds(instant)


def _ready_at(asked: tuple[datetime | None, int]) -> int:
    ready = cooldown_end(*asked)
    return NEVER if ready is None else ready


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


def _place(table: Table, columns: Columns) -> None:
    """Fill in the degrees, and the points on the unit sphere."""
    table["latitude"], table["longitude"] = columns["latitude"], columns["longitude"]
    table["x"], table["y"], table["z"] = unit_vectors(table["latitude"], table["longitude"]).T


def _offers(
    table: Table, skills: Sequence[Sequence[tuple[SkillId, float]]], known: Interned[SkillId]
) -> tuple[Int32Array, Int32Array]:
    """Lay out what is offered, skills and levels in millionths, and point the rows at it."""
    table["offers"] = offers = _lengths(skills)
    table["offers_at"] = np.cumsum(offers) - offers
    listed = list(chain.from_iterable(skills))
    levels = mapped([level for _, level in listed], to_millionths, np.int32)
    return known.numbers([skill_id for skill_id, _ in listed]), levels


def _texts(table: Table, columns: Columns) -> Bytes:
    """Lay out ids and names, and point the rows at them."""
    ids, names = list(map(str.encode, columns["id"])), list(map(str.encode, columns["name"]))
    id_bytes, name_bytes = _lengths(ids), _lengths(names)
    table["id_bytes"], table["name_bytes"] = id_bytes, name_bytes
    table["text_at"] = np.cumsum(id_bytes + name_bytes) - id_bytes - name_bytes
    joined = b"".join(chain.from_iterable(zip(ids, names, strict=True)))
    return np.frombuffer(joined, np.uint8)


def _lengths(pieces: Sequence[Sized]) -> Int64Array:
    return np.fromiter(map(len, pieces), np.int64, len(pieces))
