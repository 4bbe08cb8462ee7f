"""What many needs ask for alike, put as numbers once and kept: skills, and the areas around a place."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from matcher.context import NeedContext, Requirement
from matcher.engine.glimpses import MARKS, MORE_OFFERS
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.nodes import EVERYWHERE
from matcher.engine.rows import MASK_BITS, Vocabulary
from matcher.fixed_point import MILLION

T = TypeVar("T")

MOST_KEPT = 4_096
_NO_MARKS = np.empty(0, np.int64)


class SkillsAsked(NamedTuple):
    """What is asked of skills.

    Parameters
    ----------
    similar
        Millionths by required and offered skill, shape (n_required, n_skills).
    least
        Least value per required skill, millionths: shape (n_required,).
    usable
        `similar`, 0 where even level 1 would not suffice.
    similar_marks
        `usable` by the marks of skills, the best of each mark, as `skill_seen` wants it: shape
        (n_required, MARKS).
    usable_marks, ends
        The marks of the skills that can suffice, one required skill after the other, and where those of
        each end: shape (n_required,).
    usable_bits, same_bits, similar_bits
        Per required skill, the skills that can suffice, are worth all, are worth anything: shape
        (n_required, n_words).
    second
        Per required skill, the best usable similarity below 1: shape (n_required,).
    """

    similar: Int32Array
    least: Int32Array
    usable: Int32Array
    similar_marks: Int32Array
    usable_marks: Int32Array
    ends: Int32Array
    usable_bits: Int64Array
    same_bits: Int64Array
    similar_bits: Int64Array
    second: Int32Array


class AreasAsked(NamedTuple):
    """The areas around a need, which are -1 where the index does not know them.

    Parameters
    ----------
    assigned
        Those that count as assignment.
    serving
        Numbers of the patterns of areas served that include the need, ascending.
    area_bits, assigned_bits
        Bits of which a node must have one, and of which it has one if a row below it may be assigned.
    """

    assigned: Int32Array
    serving: Int32Array
    area_bits: int
    assigned_bits: int


class Asked:
    """What was asked lately."""

    def __init__(self) -> None:
        # The similarities are kept as well, for their identities to stay theirs.
        self._skills = _Kept[tuple[SkillsAsked, list[object]]]()
        self._areas = _Kept[AreasAsked]()

    def skills(self, requirements: Sequence[Requirement], vocabulary: Vocabulary, words: int) -> SkillsAsked:
        """Put requirements in the numbers of an index."""
        which = [part for each in requirements for part in (each.skill_id, each.min_level, id(each.similar))]
        return self._skills.get(
            (len(vocabulary.skills), words, *which),
            lambda: (
                _skills_asked(requirements, vocabulary, words),
                [each.similar for each in requirements],
            ),
        )[0]

    def areas(self, context: NeedContext, vocabulary: Vocabulary) -> AreasAsked:
        """Put the areas around a need in the numbers of an index."""
        # Whoever comes with another pattern of areas makes the pool longer.
        key = (len(vocabulary.areas), len(vocabulary.pool), context.area_codes, context.assignment_codes)
        return self._areas.get(key, lambda: _areas_asked(context, vocabulary))


class _Kept(Generic[T]):
    """Values by what they were made from; the oldest are forgotten."""

    def __init__(self) -> None:
        self._values: OrderedDict[tuple[object, ...], T] = OrderedDict()

    def get(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = make()
            while len(self._values) > MOST_KEPT:
                self._values.popitem(last=False)
        return found


def _areas_asked(context: NeedContext, vocabulary: Vocabulary) -> AreasAsked:
    areas = vocabulary.areas.find_all(context.area_codes)
    assigned = vocabulary.areas.find_all(context.assignment_codes)
    return AreasAsked(
        assigned=assigned,
        serving=np.array(vocabulary.patterns_serving(areas.tolist()), np.int32),
        area_bits=EVERYWHERE | _area_bits(areas),
        assigned_bits=_area_bits(assigned),
    )


def _area_bits(areas: Int32Array) -> int:
    bits = 0
    for number in areas.tolist():
        bits |= 1 << (number % MASK_BITS) if number >= 0 else 0
    return bits


def _skills_asked(requirements: Sequence[Requirement], vocabulary: Vocabulary, words: int) -> SkillsAsked:
    similar = np.zeros((len(requirements), len(vocabulary.skills)), np.int32)
    for row, requirement in zip(similar, requirements, strict=True):
        for skill_id, value in requirement.similar.items():
            if (number := vocabulary.skills.find(skill_id)) >= 0:
                row[number] = value
    least = np.array([max(each.min_level, 1) for each in requirements], np.int32)
    # A level is at most 1, so a skill that is less similar than the least level never suffices.
    usable = np.where(similar >= least[:, np.newaxis], similar, 0).astype(np.int32)
    marks = [np.unique(np.flatnonzero(row) % MASK_BITS) for row in usable]
    return SkillsAsked(
        similar=similar,
        least=least,
        usable=usable,
        similar_marks=_by_marks(usable),
        usable_marks=np.concatenate([_NO_MARKS, *marks]).astype(np.int32),
        ends=np.cumsum([len(each) for each in marks], dtype=np.int32),
        usable_bits=_bits(usable > 0, words),
        same_bits=_bits(usable == MILLION, words),
        similar_bits=_bits(similar > 0, words),
        second=np.where(usable < MILLION, usable, 0).max(axis=1, initial=0).astype(np.int32),
    )


def _by_marks(usable: Int32Array) -> Int32Array:
    similar = np.zeros((len(usable), MARKS), np.int32)
    marks = np.arange(usable.shape[1]) % MASK_BITS
    for row, values in zip(similar, usable, strict=True):
        np.maximum.at(row, marks, values)
    similar[:, MORE_OFFERS] = MILLION
    return similar


def _bits(chosen: npt.NDArray[np.bool_], words: int) -> Int64Array:
    rows = [np.flatnonzero(row).tolist() for row in chosen]
    masks = np.zeros((len(rows), words), np.int64)
    for mask, numbers in zip(masks, rows, strict=True):
        for number in numbers:
            if number // MASK_BITS < words:  # else no row has offered it so far
                mask[number // MASK_BITS] |= 1 << (number % MASK_BITS)
    return masks
