"""The city as a whole: totals, determinism, references."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice

import pytest

from graph_models.city.generate import DEFAULT_AS_OF, City, generate_city
from graph_models.domain.errors import InvalidValue
from graph_models.ports import Entity, key_of
from graph_models.records import from_row, to_row
from graph_models.schema import BY_ENTITY

SMALL = 0.0005
Parts = dict[str, list[Entity]]


def digest(values: Iterable[object]) -> str:
    """A digest of values by their representation, which is the same in every process."""
    state = hashlib.sha256()
    for value in values:
        state.update(repr(value).encode())
    return state.hexdigest()


def test_counts_of_the_demo(city: City, parts: Parts):
    """At scale 0.01 every part has a hundredth of the real total, and the hierarchy is whole."""
    assert city.counts() == {name: len(values) for name, values in parts.items()}
    assert city.counts() == {
        "areas": 3041,
        "skills": 174,
        "categories": 40,
        "staff": 41,
        "residents": 443,
        "stations": 11,
        "charities": 84,
        "volunteers": 40_000,
        "needs": 443 + 138,
        "referrals": 138 + 14,
    }


@pytest.mark.slow
def test_scale_1_has_the_real_totals():
    """The real totals of the city; four million volunteers are streamed, a first stretch is taken."""
    city = generate_city(scale=1)
    counts = city.counts()
    assert counts["residents"] == 44_337
    assert counts["charities"] == 8_412
    assert counts["volunteers"] == 4_000_000
    assert counts["staff"] > 4_000
    assert counts["stations"] > 200
    drawn = {name: list(islice(values, 60_000)) for name, values in city.parts()}
    assert {name: len(values) for name, values in drawn.items()} == {**counts, "volunteers": 60_000}
    assert sum(need.status == "active" for need in drawn["needs"]) == 44_337
    assert sum(each.status == "completed" for each in drawn["referrals"]) == 13_820
    assert drawn["volunteers"][-1].id == "volunteer-0060000"


def test_same_seed_same_city_in_another_process():
    """Scale, seed and instant decide everything: neither process nor hash seed does."""
    program = (
        "import hashlib; from graph_models.city.generate import generate_city;"
        "state = hashlib.sha256();"
        f"[state.update(repr(value).encode()) for value in generate_city({SMALL}, 5).entities()];"
        "print(state.hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "77"},
    )
    assert done.stdout.strip() == digest(generate_city(SMALL, 5).entities())


def test_reading_a_city_twice_gives_the_same_values():
    """Iterating does not use up anything, whole or in parts."""
    city = generate_city(SMALL, 5)
    assert digest(city.entities()) == digest(value for _, values in city.parts() for value in values)


def test_another_seed_is_another_city():
    """Every drawn part differs between two seeds."""
    one, other = (
        {name: digest(values) for name, values in generate_city(SMALL, seed).parts()} for seed in (5, 6)
    )
    same = {name for name in one if one[name] == other[name]}
    assert same == {"skills", "categories", "staff"}


def test_the_same_city_on_every_machine():
    """Whole-number draws pin the city down; this changes only when the city is meant to change."""
    values = list(generate_city(SMALL, 5).entities())
    points = [
        (key_of(v), v.location.latitude, v.location.longitude) for v in values if getattr(v, "location", None)
    ]
    offers = [(each.skill_id, each.level) for v in values for each in getattr(v, "skills", ())]
    assert digest(points)[:16] == "acaa632d29ec26f2"
    assert digest(offers)[:16] == "05fb61152f4914e1"


def test_values_refer_to_earlier_values_only(city: City):
    """Whoever loads the stream in order never meets a reference to something unknown."""
    seen: set[tuple[type, str]] = set()
    for value in city.entities():
        for kind, key in references(value):
            assert (kind, key) in seen, f"{key_of(value)} names {key}"
        identity = (type(value), key_of(value))
        assert identity not in seen, f"{key_of(value)} occurs twice"
        seen.add(identity)
    assert len(seen) == sum(city.counts().values())


def references(value: Entity) -> Iterable[tuple[type, str]]:
    """Kind and key of everything that a value names."""
    for relationship in BY_ENTITY[type(value)].relationships:
        named = getattr(value, relationship.column)
        for end in named if relationship.is_many else (named,):
            if end is not None:
                yield relationship.target, end if isinstance(end, str) else end.skill_id


def test_every_value_survives_its_row(parts: Parts):
    """All values obey the rules of the domain: rebuilt from their rows they are equal."""
    for name, values in parts.items():
        for value in values[:: 1 if name != "volunteers" else 20]:
            assert from_row(type(value), to_row(value)) == value


def test_everything_made_up_says_so(parts: Parts):
    """Whatever has a flag for it is marked synthetic; providers also name the source."""
    for name, values in parts.items():
        if "is_synthetic" in {field.name for field in fields(values[0])}:
            assert all(value.is_synthetic for value in values), name
        else:
            assert name in {"skills", "categories"}
    providers = [*parts["stations"], *parts["charities"], *parts["volunteers"]]
    assert {provider.source for provider in providers} == {"synthetic"}
    assert all("合成" in each.name for each in (*parts["stations"], *parts["charities"]))


def test_the_instant_moves_needs_and_nothing_about_places():
    """A later instant shifts windows and dates; points and skills stay."""
    now, later = (generate_city(SMALL, 5, DEFAULT_AS_OF + timedelta(days=days)) for days in (0, 7))
    one, other = (next(iter(dict(city.parts())["needs"])) for city in (now, later))
    assert other.created_at - one.created_at == timedelta(days=7)
    assert other.location == one.location


def test_instants_are_utc_whatever_offset_is_given():
    """The same instant in another offset is the same city."""
    local = DEFAULT_AS_OF.astimezone(timezone(timedelta(hours=8)))
    city = generate_city(SMALL, 5, local)
    assert digest(city.entities()) == digest(generate_city(SMALL, 5, DEFAULT_AS_OF).entities())


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"scale": 0}, "scale"),
        ({"scale": -0.5}, "scale"),
        ({"scale": 1.01}, "scale"),
        ({"scale": float("nan")}, "scale"),
        ({"scale": "0.01"}, "scale"),
        ({"scale": True}, "scale"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"as_of": datetime(2026, 3, 2)}, "as_of"),  # noqa: DTZ001 - a time without offset is the case
    ],
)
def test_arguments_are_checked(arguments: dict[str, object], field: str):
    """A scale outside (0, 1], a seed that is no natural number, a time without offset are refused."""
    with pytest.raises(InvalidValue) as refused:
        generate_city(**arguments)
    assert refused.value.field == field


def test_the_smallest_city_has_everything():
    """However small the scale, each part has a value and each district a station and a worker."""
    city = generate_city(1e-9, as_of=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    counts = {name: sum(1 for _ in values) for name, values in city.parts()}
    assert counts == city.counts()
    assert counts["stations"] == counts["staff"] == 11
    assert min(counts.values()) >= 1
