"""An engine as plain arrays and words, for whoever keeps them and brings them back.

What rows share is kept as the integers that compiled functions read. It is entered anew, in the order
in which it was entered first: so every value gets the number that it had.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import LastMeterError
from graph_models.domain.schedules import WeeklyAvailability, WeeklySlot, format_week
from matcher.engine.compiling import source_digest
from matcher.engine.nodes import NODE
from matcher.engine.rows import ANY_AGE, NOT_KNOWN, ROW, Terms, Vocabulary

Arrays = dict[str, npt.NDArray[Any]]  # of integers
Words = dict[str, list[str | None]]
_INTERNED = ("kinds", "skills", "areas", "communities", "terms")


class UnusableIndex(LastMeterError):
    """A saved index does not stand for what it would be used for; it has to be built anew."""


class SavedEngine(NamedTuple):
    """An engine as it was at one moment.

    Parameters
    ----------
    layout
        Tells by which rules the arrays were laid out: only the same rules can read them.
    words
        Values by number.
    arrays
        Each of which begins at a multiple of 8 bytes.
    """

    layout: str
    words: Words
    arrays: Arrays

    @property
    def provider_count(self) -> int:
        """Number of providers."""
        return int(self.arrays["counts"][0])


def current_layout() -> str:
    """Return what tells the rules of this program: any change to the matching model makes it another."""
    facts = f"{source_digest()} {ROW.descr} {NODE.descr}"
    return blake2b(facts.encode(), digest_size=16).hexdigest()


def as_bytes(records: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return the same records as bytes, of shape (n, size of a record)."""
    return records.view(np.uint8).reshape(len(records), records.dtype.itemsize)


def as_records(raw: npt.NDArray[np.uint8], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return the records whose bytes these are, of shape (n,)."""
    return raw.reshape(-1).view(dtype)


def saved_words(vocabulary: Vocabulary) -> tuple[Words, Arrays]:
    """Return everything that a vocabulary has numbers for."""
    numbers = [
        (number, kind)
        for kind, name in enumerate(_READERS)
        for number in getattr(vocabulary, name).all_numbers()
    ]
    arrays = {
        "pool": vocabulary.pool.array,
        "pattern_kinds": np.array([kind for _, kind in sorted(numbers)], np.uint8),
        "halves": vocabulary.halves.array,
        "usual": np.array(vocabulary.usual, np.int64),
    }
    return {name: list(getattr(vocabulary, name)) for name in _INTERNED}, arrays


def enter_words(vocabulary: Vocabulary, words: Words, arrays: Arrays) -> None:
    """Give every value the number that it had in the vocabulary that was saved.

    Parameters
    ----------
    vocabulary
        An empty one.

    Raises
    ------
    UnusableIndex
        If its parameters are not those by which the rows were put in order.
    """
    vocabulary.number_kinds([str(kind) for kind in words["kinds"]])
    for name in _INTERNED[1:]:
        for word in words[name]:
            getattr(vocabulary, name).number(word)
    pool, place = arrays["pool"].tolist(), 0
    names = list(_READERS)
    for kind in arrays["pattern_kinds"].tolist():
        end = place + 1 + pool[place]
        value = _READERS[names[kind]](vocabulary, pool[place + 1 : end])
        getattr(vocabulary, names[kind]).number(value)
        place = end
    usual, halves = arrays["usual"].tolist(), arrays["halves"].tolist()
    if usual != [*vocabulary.usual] or halves != vocabulary.halves.array.tolist():
        raise UnusableIndex("it was laid out for other parameters of the matching model")


def _read_terms(vocabulary: Vocabulary, numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(vocabulary.terms[each] for each in numbers)


def _read_hours(_: Vocabulary, parts: Sequence[int]) -> str | None:
    if [*parts] == [NOT_KNOWN]:
        return None
    slots = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return format_week(WeeklyAvailability(tuple(WeeklySlot(*slot) for slot in slots)))


def _read_eligibility(vocabulary: Vocabulary, parts: Sequence[int]) -> Terms:
    least, most, *hardship = parts
    return (
        None if least == -ANY_AGE else least,
        None if most == ANY_AGE else most,
        _read_terms(vocabulary, hardship),
    )


def _read_accessibility(vocabulary: Vocabulary, numbers: Sequence[int]) -> tuple[str, ...] | None:
    return None if [*numbers] == [NOT_KNOWN] else _read_terms(vocabulary, numbers)


# For each kind of pattern of a vocabulary, what undoes its spelling.
_READERS: dict[str, Callable[[Vocabulary, Sequence[int]], Hashable]] = {
    "serves": lambda vocabulary, numbers: tuple(vocabulary.areas[each] for each in numbers),
    "hours": _read_hours,
    "eligibility": _read_eligibility,
    "languages": _read_terms,
    "accessibility": _read_accessibility,
}
