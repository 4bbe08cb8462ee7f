"""Weights by the cost of the way: PySAL's, for an array at once."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from access import weights
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from matcher.coverage.decay import gaussian, gravity, weights_of

NAN = math.nan


@settings(max_examples=100, derandomize=True, deadline=None)
@given(cost=st.floats(0, 1e4), size=st.floats(0.1, 1e3), power=st.floats(-4, 0))
def test_decays_are_those_of_pysal(cost: float, size: float, power: float) -> None:
    """Wherever they have not decayed to nothing."""
    assert gaussian(size)(np.array([cost])) == pytest.approx(weights.gaussian(size)(cost), rel=1e-9)
    ours = gravity(size, power, min_cost=0.5)(np.array([cost]))
    assert ours == pytest.approx(weights.gravity(size, power, 0.5)(cost), rel=1e-12)


def test_the_limit_cuts_every_kind_of_weight() -> None:
    """What costs more weighs nothing; what has decayed to almost nothing does so as well."""
    cost = np.array([0.0, 5.0, 8.0, 9.0])
    assert weights_of(cost, 8, None).tolist() == [1, 1, 1, 0]
    assert weights_of(cost, 8, {5: 1, 10: 0.5}).tolist() == [1, 1, 0.5, 0]
    assert weights_of(cost, 8, lambda each: each + 1).tolist() == [1, 6, 9, 0]
    assert weights_of(cost, 9, gaussian(0.1)).tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gaussian(0), "sigma must be"),
        (lambda: gaussian(NAN), "sigma must be a finite number"),
        (lambda: gravity(0, -1), "scale must be"),
        (lambda: gravity(1, 1), "alpha must be from -100 to 0"),
        (lambda: gravity(1, -1, -1), "min_cost must be"),
    ],
)
def test_bad_decays_are_refused(make: Callable[[], object], message: str) -> None:
    """Before any cost is weighed."""
    with pytest.raises(InvalidValue, match=message):
        make()
