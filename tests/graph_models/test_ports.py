"""Operations and batches check themselves before any store sees them."""

from __future__ import annotations

import pytest

from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Area
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from graph_models.ports import (
    MAX_BATCH,
    AdjustCapacity,
    Delete,
    Operation,
    Put,
    WriteBatch,
    key_of,
    target_of,
)
from tests.builders import COMMUNITY, a_provider, some_areas


@pytest.mark.parametrize("count", [0, MAX_BATCH + 1])
def test_batch_size(count: int) -> None:
    """A batch has 1 to 10,000 operations."""
    with pytest.raises(InvalidValue, match="number 1 to 10000"):
        WriteBatch("w", tuple(Delete(Skill, f"s{n}") for n in range(count)))


@pytest.mark.parametrize("write_id", ["", "two words", "x" * 129, "-x", "ключ"])
def test_write_id(write_id: str) -> None:
    """A write id is an identifier like any other."""
    with pytest.raises(InvalidValue, match=r"write\.id"):
        WriteBatch(write_id, (Delete(Skill, "s"),))


@pytest.mark.parametrize(
    "second", [Put(a_provider("p1", name="x")), Delete(Provider, "p1"), AdjustCapacity("p1", reserved=1)]
)
def test_each_key_once(second: Operation) -> None:
    """No two operations of a batch have the same target; one key of two kinds is two targets."""
    with pytest.raises(InvalidValue, match="name each entry once"):
        WriteBatch("w", (Put(a_provider("p1")), second))
    WriteBatch("w", (Put(a_provider("p1")), Delete(Skill, "p1")))


def test_targets() -> None:
    """Every operation names the kind and key that it changes; an area's key is its code."""
    community = some_areas()[-1]
    assert target_of(Put(community)) == (Area, COMMUNITY) == (Area, key_of(community))
    assert target_of(Delete(Skill, "s")) == (Skill, "s")
    assert target_of(AdjustCapacity("p1", reserved=1)) == (Provider, "p1")


@pytest.mark.parametrize("units", [1.0, "1", True, 2**31, -(2**31) - 1])
def test_adjustments_are_whole_and_bounded(units: object) -> None:
    """Units move in integers of 32 bits."""
    for account in ("reserved", "consumed"):
        with pytest.raises(InvalidValue, match=account):
            AdjustCapacity("p1", **{account: units})  # type: ignore[arg-type]  # wrong on purpose
