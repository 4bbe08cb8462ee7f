"""Gini, Palma and gaps between groups, over people."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import geopandas
import libpysal
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from inequality.gini import Gini

from graph_models.domain.errors import InvalidValue
from matcher.coverage.equity import GroupGap, gini, group_gap, palma

NAN = math.nan
thorough = settings(max_examples=100, derandomize=True, deadline=None)

amounts_had = st.one_of(st.just(0), st.integers(1, 50), st.integers(1, 10**6))
populations = st.lists(st.tuples(amounts_had, st.integers(0, 12)), min_size=1, max_size=8)


def persons(population: list[tuple[int, int]]) -> list[int]:
    return [value for value, count in population for _ in range(count)]


def apart(population: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [value for value, _ in population], [count for _, count in population]


@pytest.mark.parametrize(
    ("file", "column"), [("G_utm.shp", "TotPop90"), ("sids2.shp", "SID74"), ("columbus.shp", "CRIME")]
)
def test_gini_agrees_with_pysal_on_example_sets(file: str, column: str) -> None:
    """Sets that ship with libpysal."""
    values = geopandas.read_file(libpysal.examples.get_path(file))[column].to_numpy(float)
    assert gini(values) == pytest.approx(Gini(values).g, rel=1e-12)


@thorough
@given(population=populations)
def test_gini_agrees_with_pysal_person_by_person(population: list[tuple[int, int]]) -> None:
    """A weight is so many people."""
    one_by_one = persons(population)
    assume(sum(one_by_one) > 0)
    expected = Gini(np.array(one_by_one, float)).g
    assert gini(*apart(population)) == pytest.approx(expected, abs=1e-12)
    assert gini(one_by_one) == pytest.approx(expected, abs=1e-12)


@thorough
@given(population=populations)
def test_gini_is_the_mean_difference(population: list[tuple[int, int]]) -> None:
    """The formula, in exact fractions."""
    total, people = sum(x * w for x, w in population), sum(w for _, w in population)
    assume(total > 0)
    apart_by = sum(v * w * abs(x - y) for x, v in population for y, w in population)
    assert gini(*apart(population)) == pytest.approx(Fraction(apart_by, 2 * people * total), abs=1e-12)


@thorough
@given(population=populations)
def test_palma_counts_people_and_parts_of_people(population: list[tuple[int, int]]) -> None:
    """Each person is cut into ten, so that tenths of the people are whole numbers of parts."""
    parts = sorted(value for value in persons(population) for _ in range(10))
    assume(sum(parts) > 0)
    count = len(parts) // 10
    top, bottom = sum(parts[9 * count :]), sum(parts[: 4 * count])
    expected = top / bottom if bottom else math.inf
    assert palma(*apart(population)) == pytest.approx(expected, rel=1e-9)


def test_a_person_on_the_border_is_divided() -> None:
    """Of two people, the top tenth is a fifth of one, the bottom four tenths four fifths of the other."""
    assert palma([1, 4]) == pytest.approx(4 * 0.2 / (1 * 0.8))
    assert palma([1, 4], [1, 3]) == pytest.approx(4 * 0.4 / (1 + 4 * 0.6))


@pytest.mark.parametrize("measure", [gini, palma])
@thorough
@given(population=populations, factor=st.sampled_from([1e-6, 3.0, 1e9]))
def test_unit_and_order_do_not_matter(
    measure: Callable[..., float], population: list[tuple[int, int]], factor: float
) -> None:
    """Nor does counting everybody twice."""
    values, weights = (np.array(each, float) for each in apart(population))
    once = measure(values, weights)
    for same in (
        measure(values * factor, weights),
        measure(values, weights * 2),
        measure(values[::-1], weights[::-1]),
    ):
        assert same == pytest.approx(once, rel=1e-9, abs=1e-12, nan_ok=True)


def test_equality_and_its_opposite() -> None:
    """The ends of both scales."""
    assert gini([3] * 7) == pytest.approx(0, abs=1e-15)
    assert palma([3] * 7) == pytest.approx(0.25)
    assert gini([0] * 99 + [5]) == pytest.approx(0.99)
    assert palma([0] * 99 + [5]) == math.inf


@pytest.mark.parametrize("measure", [gini, palma])
@pytest.mark.parametrize(("values", "weights"), [([], None), ([0, 0], None), ([3, 4], [0, 0])])
def test_nobody_or_nothing_has_no_measure(measure: Callable[..., float], values: Any, weights: Any) -> None:
    """NaN, not equality."""
    assert math.isnan(measure(values, weights))


def test_means_of_groups_are_over_people() -> None:
    """A group's mean weighs its places by people; a group of nobody is told and not compared."""
    gap = group_gap([1, 4, 2, 9], ["b", "b", "a", "c"], [3, 1, 5, 0])
    assert gap.mean_of_group == {"a": 2, "b": 1.75, "c": pytest.approx(NAN, nan_ok=True)}
    assert list(gap.mean_of_group) == ["a", "b", "c"]
    assert (gap.difference, gap.ratio) == (0.25, pytest.approx(2 / 1.75))
    assert group_gap([1, 3], ["a", "b"]) == GroupGap({"a": 1, "b": 3}, 2, 3)


def test_groups_with_nothing() -> None:
    """Somewhere nothing: infinitely more elsewhere. Nothing anywhere, or nobody: no ratio."""
    assert group_gap([0, 3], ["a", "b"]).ratio == math.inf
    nothing = group_gap([0, 0], ["a", "b"])
    assert nothing.difference == 0
    assert math.isnan(nothing.ratio)
    nobody = group_gap([], [])
    assert nobody.mean_of_group == {}
    assert math.isnan(nobody.difference)
    assert math.isnan(nobody.ratio)


@pytest.mark.parametrize(
    ("values", "weights", "message"),
    [
        ([1, NAN], None, "values must have no NaN: count the unreached as 0 or leave them out"),
        ([1, -1], None, "values must be 0, or from"),
        ([1, math.inf], None, "values must be 0, or from"),
        ([True, False], None, "values must be real numbers"),
        ([[1, 2]], None, "values must have the shape"),
        ([1, 2], [1], r"weights must have the shape \(2\), got \(1,\)"),
        ([1, 2], [1, -1], "weights must be 0, or from"),
        ([1, 2], [1, NAN], "weights must be 0, or from"),
    ],
)
def test_bad_numbers_are_refused(values: Any, weights: Any, message: str) -> None:
    """By all measures alike."""
    for measure in (gini, palma, lambda values, weights: group_gap(values, ["a", "b"], weights)):
        with pytest.raises(InvalidValue, match=message):
            measure(values, weights)


@pytest.mark.parametrize("groups", [["a"], ["a", 2], []])
def test_bad_groups_are_refused(groups: Any) -> None:
    """Each value has one, and it has a name."""
    with pytest.raises(InvalidValue, match=r"groups must be texts of shape \(2,\)"):
        group_gap([1, 2], groups)
