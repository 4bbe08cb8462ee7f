"""What can be done with a published table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_models.domain.errors import InvalidValue
from matcher.coverage.suppression import PublishedTable, suppress, suppress_parts

AREAS, GROUPS = ["a1", "a2", "b1"], [("a",), ("a",), ("b",)]
COUNTS = [[3, 40], [20, 30], [70, 60]]


def a_table() -> PublishedTable:
    return suppress(COUNTS, AREAS, GROUPS)


def test_rows_below_an_area() -> None:
    """The area first, then its parts, which point at it."""
    part = a_table().under("a")
    assert part.areas == ("a", "a1", "a2")
    assert part.parent.tolist() == [-1, 0, 0]
    assert part.depth.tolist() == [1, 2, 2]
    assert part.values[0].tolist() == [23, 70, 93]


def test_rows_of_one_depth() -> None:
    """Areas whose whole is not among them point nowhere."""
    streets = a_table().at_depth(2)
    assert streets.areas == ("a1", "a2", "b1")
    assert streets.parent.tolist() == [-1, -1, -1]


def test_filters_keep_parts() -> None:
    """They are rows of the same table."""
    table = suppress_parts({"one": COUNTS, "other": COUNTS}, AREAS, GROUPS)
    assert table.under("b").parts["one"].tolist() == [[70, 60, 130], [70, 60, 130]]


def test_an_unknown_area_is_refused() -> None:
    """Rather than an empty answer."""
    with pytest.raises(InvalidValue, match="area"):
        a_table().under("z")


def test_figures_are_hidden_with_their_counts() -> None:
    """And below the floor, which is k by default."""
    table = a_table()
    figures = np.full(table.values.shape, 0.5)
    assert (np.isnan(table.derived(figures)) == table.is_hidden).all()
    few = table.derived(figures, least_base=100)
    assert (np.isfinite(few) == (table.values >= 100)).all()


def test_rates_ask_for_enough_residents() -> None:
    """A count of 70 among 999 residents gives no rate where 1,000 are asked for."""
    table = a_table()
    residents = np.full(table.values.shape, 1000)
    residents[-1] = 999
    rates = table.derived(table.values / residents, residents, least_base=1000)
    assert np.isnan(rates[-1]).all()
    assert rates[0, 0] == 0.093
    assert np.isnan(rates[table.is_hidden]).all()


def test_a_figure_about_nobody_is_hidden() -> None:
    """A zero is shown, but there is no mean of it."""
    table = suppress([[0, 40], [20, 30]], ["a", "b"])
    assert np.isnan(table.derived(np.ones(table.values.shape))[1, 0])


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("least_base", {"least_base": 9}),
        ("least_base", {"least_base": 9.5}),
        ("figures", {"figures": [[1.0]]}),
        ("figures", {"figures": np.ones((6, 3), np.bool_)}),
        ("base", {"base": [1, 2]}),
    ],
)
def test_figures_that_do_not_fit_are_refused(field: str, given: dict[str, Any]) -> None:
    """The error names the argument."""
    with pytest.raises(InvalidValue) as caught:
        a_table().derived(**{"figures": np.ones((6, 3)), **given})
    assert caught.value.field == field
