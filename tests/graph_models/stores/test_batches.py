"""Batches as stores take them: what they put, column by column, and their fingerprints."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

from graph_models.domain.places import Area, Location
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill, SkillOffer
from graph_models.ports import AdjustCapacity, Delete, Operation, Put, WriteBatch
from graph_models.records import to_row
from graph_models.stores.batches import FlatBatch
from tests.builders import NOW, a_provider, some_areas

ROOT = Path(__file__).parents[3]
PRINTS_FINGERPRINT = """
from graph_models.ports import Put, WriteBatch
from graph_models.stores.batches import FlatBatch
from tests.contracts.values import complete_values
print(FlatBatch(WriteBatch("w", tuple(map(Put, complete_values())))).fingerprint)
"""


def fingerprint(*operations: Operation) -> str:
    return FlatBatch(WriteBatch("w", operations)).fingerprint


def test_puts_are_grouped_by_kind() -> None:
    """Values of each kind are in the order of the operations, other operations are left out."""
    city, district = some_areas()[:2]
    providers = [a_provider("p2"), a_provider("p1", location=None)]
    operations = (Put(providers[0]), Put(city), Delete(Skill, "s"), Put(providers[1]), Put(district))
    puts = FlatBatch(WriteBatch("w", operations)).puts
    assert list(puts) == [Provider, Area]
    assert puts[Provider]["id"] == ["p2", "p1"]
    assert puts[Area] == {name: [to_row(city)[name], to_row(district)[name]] for name in to_row(city)}


def test_fingerprint_tells_operations_apart() -> None:
    """Batches have equal fingerprints only if their operations are equal and in the same order."""
    first, second = Put(a_provider("p1")), Put(a_provider("p2"))
    later = a_provider("p1", verified_at=NOW)
    batches: list[tuple[Operation, ...]] = [
        (first, second),
        (second, first),
        (first,),
        (Put(a_provider("p1"), 0),),
        (Put(a_provider("p1"), 1),),
        (Delete(Provider, "p1"),),
        (Delete(Skill, "p1"),),
        (Delete(Provider, "p1", 1),),
        (AdjustCapacity("p1", reserved=1),),
        (AdjustCapacity("p1", consumed=1),),
        (Put(later),),
        (Put(replace(later, verified_at=NOW + timedelta(microseconds=1))),),
    ]
    fingerprints = [fingerprint(*operations) for operations in batches]
    assert len(set(fingerprints)) == len(batches)
    assert FlatBatch(WriteBatch("another-id", batches[0])).fingerprint == fingerprints[0]


def test_equal_operations_have_equal_fingerprints() -> None:
    """However an equal value was written down: the number as an integer, the time in another zone."""
    exact = a_provider(
        "p1", location=Location(23.0, 113.0), skills=(SkillOffer("care", 1.0),), verified_at=NOW
    )
    loose = replace(
        exact,
        location=Location(23, 113),
        skills=(SkillOffer("care", 1),),
        verified_at=NOW.astimezone(timezone(timedelta(hours=8))),
    )
    assert loose == exact
    assert fingerprint(Put(loose)) == fingerprint(Put(exact))


def test_fingerprint_is_the_same_in_every_process() -> None:
    """A retry from another process, with another hash seed, has the same fingerprint."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", PRINTS_FINGERPRINT],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(printed) == 1
