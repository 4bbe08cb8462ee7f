"""`suppress` and `suppress_parts`, seen by those who would like to know more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from matcher.coverage.suppression import masking, suppress, suppress_parts
from tests.matcher.coverage.suppression.attackers import bounds_of, bounds_of_parts, by_differences
from tests.matcher.coverage.suppression.tables import random_counts, random_table, totals

BLOCKS = [range(first, first + 100) for first in range(0, 1000, 100)]


@pytest.mark.parametrize("seeds", BLOCKS)
def test_linear_programs_recover_nothing(seeds: range) -> None:
    """No hidden cell of 1,000 random tables has one possible value, and each small one has k at least."""
    recovered = narrow = hidden = 0
    for seed in seeds:
        counts, areas, groups, k = random_table(seed)
        table = suppress(counts, areas, groups, k=k)
        truth = totals(counts, areas, groups, table.areas)
        low, high = bounds_of(table.values, table.parent, int(table.shows_zeros))
        is_small = (truth > 0) & (truth < k)
        assert table.is_hidden[is_small].all()
        assert ((low <= truth) & (truth <= high)).all()
        hidden += int(table.is_hidden.sum())
        recovered += int((high <= low)[table.is_hidden].sum())
        narrow += int((high - low < k - 1)[is_small].sum())
    assert hidden > 500
    assert (recovered, narrow) == (0, 0)


@pytest.mark.parametrize("attack", ["programs", "differences"])
def test_the_attackers_succeed_where_only_small_cells_are_hidden(
    monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    """They are no straw men: without complementary cells they find many."""
    monkeypatch.setattr(masking, "widen", lambda *given, **_: np.ones(len(given[3]), np.bool_))
    recovered = 0
    for seed in range(100):
        counts, areas, groups, k = random_table(seed)
        table = suppress(counts, areas, groups, k=k)
        if attack == "programs":
            low, high = bounds_of(table.values, table.parent, int(table.shows_zeros))
            recovered += int((high <= low)[table.is_hidden].sum())
        else:
            found = by_differences(table.values, table.parent)
            recovered += int(np.isfinite(found)[table.is_hidden].sum())
            truth = totals(counts, areas, groups, table.areas)
            assert (np.isnan(found) | (found == truth)).all()
    assert recovered > 100


def test_differences_recover_nothing() -> None:
    """Totals minus parts, repeated on what that gives."""
    for seed in range(1000, 1300):
        counts, areas, groups, k = random_table(seed)
        table = suppress(counts, areas, groups, k=k)
        found = by_differences(table.values, table.parent)
        assert (np.isnan(found) == table.is_hidden).all()


def test_a_district_taken_from_the_city_tells_nothing() -> None:
    """Filters show parts of one table: the other districts' small count stays unknown."""
    areas, groups = ["a1", "a2", "b1", "c1"], [("a",), ("a",), ("b",), ("c",)]
    table = suppress([[30, 40], [50, 20], [4, 60], [25, 35]], areas, groups)
    answers = [table, *(table.under(each) for each in "abc"), table.at_depth(1)]
    known: dict[tuple[str, int], float] = {}
    for answer in answers:
        for area, row in zip(answer.areas, answer.values, strict=True):
            for column, value in enumerate(row.tolist()):
                assert known.setdefault((area, column), value) == value or np.isnan(value)
                assert np.isnan(known[area, column]) == np.isnan(value)
    assert np.isnan(known["b", 0])
    assert np.isnan(known["a", 0]) or np.isnan(known["c", 0])
    left = known["total", 0] - known["a", 0] - known["c", 0]
    assert np.isnan(left)


@pytest.mark.parametrize("seeds", [range(40), range(40, 80)])
def test_parts_tell_nothing_together(seeds: range) -> None:
    """Base, served and unmet, all three at hand: each small count of each has k values at least."""
    for seed in seeds:
        served, areas, groups, k = random_table(seed)
        unmet = random_counts(np.random.default_rng([seed, 1]), served.shape)
        table = suppress_parts({"served": served, "unmet": unmet}, areas, groups, k=k)
        bounds = bounds_of_parts(table) if table.is_hidden.any() else {}
        for name, counts in (("served", served), ("unmet", unmet)):
            truth = totals(counts, areas, groups, table.areas)
            is_small = (truth > 0) & (truth < k)
            assert table.is_hidden[is_small].all()
            assert (np.isnan(table.parts[name]) == table.is_hidden).all()
            if is_small.any():
                low, high = bounds[name]
                assert (high - low)[is_small].min() >= k - 1
                assert ((low <= truth) & (truth <= high)).all()


def test_a_part_is_shown_only_where_all_parts_are_large_or_nothing() -> None:
    """1 of 40 is unmet, which 39 served of 40 would tell as well."""
    table = suppress_parts({"served": [[39], [40], [40]], "unmet": [[1], [0], [15]]}, ["a", "b", "c"])
    assert table.is_hidden[table.areas.index("a")].all()
    for values in (table.values, *table.parts.values()):
        assert np.isnan(values).tolist() == table.is_hidden.tolist()
    alone = suppress_parts({"served": [[40], [40]], "unmet": [[0], [15]]}, ["b", "c"])
    assert not alone.is_hidden.any()
    assert alone.parts["unmet"][1].tolist() == [0, 0]


def test_two_roles_together_know_no_more_than_one() -> None:
    """What is hidden from the role with the smaller k is hidden from the other one, too."""
    differs = 0
    for seed in range(200):
        counts, areas, groups, _ = random_table(seed)
        inner = suppress(counts, areas, groups, k=5)
        outer = suppress(counts, areas, groups, k=10, hidden_in=inner)
        assert outer.is_hidden[inner.is_hidden].all()
        careless = suppress(counts, areas, groups, k=10)
        differs += bool((inner.is_hidden & ~careless.is_hidden).any())
    assert differs > 0  # so it does not come by itself


def test_what_was_hidden_before_stays_hidden() -> None:
    """A count that has grown beyond k since would tell about what it was."""
    before = suppress([[9, 40], [20, 30], [70, 60]], ["a", "b", "c"])
    after = suppress([[10, 40], [20, 30], [70, 60]], ["a", "b", "c"], hidden_in=before)
    assert not suppress([[10, 40], [20, 30], [70, 60]], ["a", "b", "c"]).is_hidden.any()
    assert after.is_hidden.tolist() == before.is_hidden.tolist()


def test_where_zeros_would_tell_they_are_hidden() -> None:
    """Ten cells of at least 1 that come to 10 are all 1, unless a hidden cell may be 0."""
    counts = [[1] * 10 + [0] * 3]
    table = suppress(counts, ["a"])
    assert not table.shows_zeros
    assert table.values[0, -1] == 10
    low, high = bounds_of(table.values, table.parent, 0)
    assert (high - low)[table.is_hidden].min() >= 9


def test_zeros_are_shown_where_they_tell_nothing() -> None:
    """They are by default, and are not if so asked."""
    counts = [[0, 40], [20, 30], [70, 60]]
    assert suppress(counts, ["a", "b", "c"]).values[1].tolist() == [0, 40, 40]
    table = suppress(counts, ["a", "b", "c"], shows_zeros=False)
    assert np.isnan(table.values[1, 0])
    low, high = bounds_of(table.values, table.parent, 0)
    assert (high - low)[table.is_hidden].min() >= 9


def test_bounds_hold_where_zeros_are_never_shown() -> None:
    """The other way of publishing, attacked in the same way; zeros are small counts then."""
    for seed in range(150):
        counts, areas, groups, k = random_table(seed)
        table = suppress(counts, areas, groups, k=k, shows_zeros=False)
        truth = totals(counts, areas, groups, table.areas)
        low, high = bounds_of(table.values, table.parent, 0)
        assert table.is_hidden[truth < k].all()
        assert (high - low)[truth < k].min(initial=k) >= k - 1
        assert (high > low)[table.is_hidden].all()


@settings(max_examples=50, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(seed: int, order: Any) -> None:
    """The same table comes out, to the last cell."""
    counts, areas, groups, k = random_table(seed)
    rows = list(range(len(areas)))
    order.shuffle(rows)
    one = suppress(counts, areas, groups, k=k)
    other = suppress(counts[rows], [areas[row] for row in rows], [groups[row] for row in rows], k=k)
    assert one.areas == other.areas
    np.testing.assert_array_equal(one.values, other.values)


def test_shown_values_are_true_and_the_whole_is_shown() -> None:
    """Nothing is rounded, and a whole of k or more is always told."""
    for seed in range(300):
        counts, areas, groups, k = random_table(seed)
        table = suppress(counts, areas, groups, k=k)
        truth = totals(counts, areas, groups, table.areas)
        assert (table.values == truth)[~table.is_hidden].all()
        assert (counts.sum() >= k) <= (table.values[0, -1] == counts.sum())


def test_large_counts_are_all_shown() -> None:
    """Nothing is small, so nothing is hidden."""
    for seed in range(100):
        counts, areas, groups, k = random_table(seed)
        assert not suppress(counts + k, areas, groups, k=k).is_hidden.any()


def test_few_cells_of_a_large_table_are_hidden_for_others() -> None:
    """Where all areas are large but for some cells, a small share of the others goes with them."""
    random = np.random.default_rng(5)
    counts = random.poisson(15 * random.lognormal(0, 1, (600, 1)) * random.lognormal(0, 1, 24))
    groups = [(f"d{row // 150}", f"s{row // 15}") for row in range(600)]
    table = suppress(counts, [f"c{row}" for row in range(600)], groups)
    truth = totals(counts, [f"c{row}" for row in range(600)], groups, table.areas)
    is_large = truth >= 10
    assert table.is_hidden[is_large].mean() < 0.05
    assert not table.is_hidden[table.depth < 2].any()


@pytest.mark.parametrize(
    ("field", "given_"),
    [
        ("k", {"k": 4}),
        ("k", {"k": 7.5}),
        ("k", {"k": True}),
        ("counts", {"counts": [[-1], [3]]}),
        ("counts", {"counts": [[0.5], [3]]}),
        ("counts", {"counts": [[np.nan], [3]]}),
        ("counts", {"counts": [[np.inf], [3]]}),
        ("counts", {"counts": [[2**31], [3]]}),
        ("counts", {"counts": [[True], [False]]}),
        ("counts", {"counts": [["1"], ["2"]]}),
        ("counts", {"counts": [[1, 2], [3]]}),
        ("counts", {"counts": [1, 2]}),
        ("counts", {"counts": [[1], [2], [3]]}),
        ("counts", {"counts": [[], []]}),
        ("areas", {"areas": ["a", "a"]}),
        ("areas", {"areas": ["a", "total"]}),
        ("areas", {"areas": ["a", 3]}),
        ("areas", {"groups": [(), ("a",)]}),
        ("groups", {"groups": [("x",)]}),
        ("groups", {"groups": [("x", "y"), ("z", "y")]}),
        ("hidden_in", {"hidden_in": suppress([[1]], ["a"])}),
    ],
)
def test_what_cannot_be_a_table_is_refused(field: str, given_: dict[str, Any]) -> None:
    """The error names the argument."""
    arguments: dict[str, Any] = {"counts": [[1], [20]], "areas": ["a", "b"], **given_}
    with pytest.raises(InvalidValue) as caught:
        suppress(**arguments)
    assert caught.value.field == field


def test_parts_that_do_not_fit_are_refused() -> None:
    """None at all, or of other columns."""
    for parts in ({}, {"one": [[1]], "other": [[1, 2]]}):
        with pytest.raises(InvalidValue, match="parts"):
            suppress_parts(parts, ["a"])


def test_rather_no_table_than_one_that_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """If cells could not be protected, nothing would go out."""
    monkeypatch.setattr(masking, "widen", lambda *given, **_: np.zeros(len(given[3]), np.bool_))
    with pytest.raises(InvalidValue, match="doubt"):
        suppress([[3, 40], [20, 30]], ["a", "b"])
