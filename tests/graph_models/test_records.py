"""Values and rows are two forms of the same thing, and what is not a value is told by column."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Area, Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.referrals import Referral
from graph_models.ports import Entity
from graph_models.records import from_row, from_rows, to_columns, to_row, to_rows
from graph_models.schema import BY_ENTITY
from tests.builders import NOW, a_provider, a_referral, some_areas
from tests.contracts.strategies import AREAS, ENTITIES, NEEDS, PROVIDERS, REFERRALS
from tests.contracts.values import complete_values, sparse_values

SECRET = "personal text"


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(value=ENTITIES)
def test_any_valid_value_survives(value: Entity) -> None:
    """A value made from the row of a value equals it."""
    assert from_row(type(value), to_row(value)) == value


@pytest.mark.parametrize("value", [*complete_values(), *sparse_values()], ids=repr)
def test_rows_have_every_column_in_order(value: Entity) -> None:
    """A row has every column of its kind in the schema's order, with plain contents."""
    row = to_row(value)
    assert tuple(row) == BY_ENTITY[type(value)].columns()
    plain = (str, int, float, bool, datetime, tuple, type(None))
    assert all(type(content) in plain for content in row.values())


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(values=st.lists(PROVIDERS, max_size=5))
def test_columns_hold_what_rows_hold(values: list[Provider]) -> None:
    """Several values flattened at once give the contents that each gives alone, also if some share them."""
    values += values[:2]
    columns = to_columns(Provider, values)
    assert tuple(columns) == BY_ENTITY[Provider].columns()
    assert list(to_rows(columns)) == [to_row(value) for value in values]


def test_wanted_columns_only() -> None:
    """Columns come in the order in which they are asked for; no other is read."""
    columns = to_columns(Provider, [a_provider("p1", is_active="broken")], ["name", "id"])
    assert list(columns.items()) == [("name", ["Provider p1"]), ("id", ["p1"])]


def test_forms_of_contents() -> None:
    """Times are in UTC, hours are a text, ends with a number are pairs, an absent value is None."""
    [row] = [to_row(value) for value in complete_values() if isinstance(value, Provider)]
    assert row["last_referral_at"] == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert row["last_referral_at"].tzinfo is UTC
    assert row["availability"] == "Mo-Fr 08:30-12:00,13:00-17:00; Su 00:00-24:00"
    assert row["skills"] == (("care.bathing", 0.000001), ("repairs", 1.0))
    assert row["hardship"] == ("disability", "low_income")
    bare = to_row(a_provider(location=None))
    assert {bare[name] for name in ("latitude", "longitude", "given_datum", "availability")} == {None}


def test_whole_numbers_become_floats() -> None:
    """A column of numbers holds floats, whatever the value was made with: equal values, equal rows."""
    row = to_row(a_provider(location=Location(23, 113), max_travel_km=5))
    assert [type(row[name]) for name in ("latitude", "longitude", "max_travel_km")] == [float] * 3


def test_lists_of_other_kinds_are_read() -> None:
    """A row from a file or a driver may hold lists where a value holds tuples."""
    row = to_row(a_provider(serves=("4401", "440103"), languages=("zh",)))
    loose = {name: list(held) if isinstance(held, tuple) else held for name, held in row.items()}
    loose["skills"] = [list(pair) for pair in row["skills"]]
    assert from_row(Provider, loose) == from_row(Provider, row)


def test_missing_columns_take_defaults() -> None:
    """A column that is missing or null means the field's default."""
    sparse = from_row(Provider, {"id": "p1", "kind": "station", "name": "x", "capacity_total": 3})
    assert sparse == Provider("p1", "station", "x", Capacity(3))
    assert from_row(Provider, {**to_row(sparse), "min_age": 18}).eligibility == Eligibility(min_age=18)


# What columns of some type, or of all, cannot hold, or what is not as it seems.
ODD = st.sampled_from(
    [
        *(None, "", "two words", "p1", -1, 1, 1.5, -0.0, float("nan"), True, 10**30, (), ("a", "a"), [1]),
        *([["care", 0.5]], (("care", 2.0),), "Mo 10:00-09:00", NOW.replace(tzinfo=None), NOW),
    ]
)


SEVERAL = st.one_of(
    *(st.lists(each, min_size=1, max_size=4) for each in (AREAS, PROVIDERS, NEEDS, REFERRALS))
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(data=st.data(), values=SEVERAL)
def test_several_rows_at_once(data: st.DataObject, values: list[Entity]) -> None:
    """Rows give at once the values that each gives alone, to the sign of a zero, or are refused."""
    kind = type(values[0])
    changes = st.dictionaries(st.sampled_from(BY_ENTITY[kind].columns()), st.none() | ODD, max_size=1)
    rows = [to_row(value) | data.draw(changes) for value in values]
    try:
        alone = [from_row(kind, row) for row in rows]
    except InvalidValue:
        with pytest.raises(InvalidValue):
            from_rows(kind, rows)
    else:
        assert repr(from_rows(kind, rows)) == repr(alone)


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("name", "name"),
        ("capacity_total", "capacity"),  # the only column of a capacity that is given
        ("latitude", "location.latitude"),  # the rest of the location is given
    ],
)
def test_required_columns(missing: str, field: str) -> None:
    """A required field that is absent is named, nested ones by their path."""
    row: dict[str, Any] = to_row(a_provider())
    if missing == "capacity_total":
        row |= {"capacity_reserved": None, "capacity_consumed": None}
    with pytest.raises(InvalidValue, match="be given") as caught:
        from_row(Provider, {**row, missing: None})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("column", "given", "rule"),
    [
        ("name", 7, "be a text"),
        ("capacity_total", "4", "be an integer"),
        ("capacity_total", 4.0, "be an integer"),
        ("capacity_total", True, "be an integer"),
        ("latitude", SECRET, "be a number"),
        ("latitude", True, "be a number"),
        ("is_active", 1, "be true or false"),
        ("verified_at", "2026-03-02", "be a time with a UTC offset"),
        ("verified_at", datetime(2026, 3, 2), "be a time with a UTC offset"),  # noqa: DTZ001 - that is the fault
        ("verified_at", datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), "UTC offset"),
        ("availability", 5, "be weekly hours"),
        ("given_datum", SECRET, "be one of wgs84, gcj02, bd09"),
        ("languages", SECRET, "be a list of texts"),
        ("languages", [1], "be a list of texts"),
        ("languages", 5, "be a list of texts"),
        ("serves", "4401", "be a list of keys"),
        ("community_code", 440103, "be a key"),
        ("skills", ["care"], "be a list of (key, number) pairs"),
        ("skills", [("care", 0.5, 1)], "be a list of (key, number) pairs"),
        ("skills", 5, "be a list of (key, number) pairs"),
    ],
)
def test_contents_of_another_type(column: str, given: object, rule: str) -> None:
    """What a column cannot hold is refused by the column's name and rule, without repeating it."""
    with pytest.raises(InvalidValue) as caught:
        from_row(Provider, {**to_row(a_provider()), column: given})
    assert caught.value.field == column
    assert rule in str(caught.value)
    assert SECRET not in str(caught.value)


def test_rules_of_the_domain_hold() -> None:
    """What has the right type but breaks a rule of the domain is refused by the domain."""
    for column, content, field in (
        ("latitude", 91.0, "location.latitude"),
        ("latitude", float("nan"), "location.latitude"),
        ("capacity_total", -1, "capacity.total"),
        ("skills", [("care", 2.0)], "skills.level"),
        ("availability", "weekdays", "availability"),
    ):
        with pytest.raises(InvalidValue) as caught:
            from_row(Provider, {**to_row(a_provider()), column: content})
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("value", "column"),
    [
        (a_provider(is_active=SECRET), "is_active"),
        (a_provider(is_synthetic=1), "is_synthetic"),
        (a_referral(status=SECRET), "status"),
    ],
)
def test_what_a_value_does_not_check_is_refused_before_it_is_stored(value: Entity, column: str) -> None:
    """A row never holds what could not be read back."""
    with pytest.raises(InvalidValue) as caught:
        to_row(value)
    assert caught.value.field == column
    assert SECRET not in str(caught.value)


def test_enumerations_are_plain_texts() -> None:
    """A member of a closed list is a plain text in a row, and a text of the list may stand for it."""
    assert type(to_row(some_areas()[0])["level"]) is str
    assert from_row(Area, to_row(some_areas()[0])) == some_areas()[0]
    assert to_row(a_referral(status="requested")) == to_row(a_referral())
    assert from_row(Referral, to_row(replace(a_referral(), created_at=NOW))) == a_referral()
