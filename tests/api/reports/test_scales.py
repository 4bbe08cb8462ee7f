"""Scales: each value in the class that its legend says, dark where there is more."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from api.reports.scales import CIVIDIS, scale_of


@given(st.lists(st.integers(0, 60)), st.sampled_from(("1", "0.1")))
def test_each_value_lies_in_the_class_of_its_colour(values: list[int], unit: str) -> None:
    scale = scale_of(values, unit)
    classes = dict(scale.legend())
    assert len(classes) == len(scale.ends) <= len(CIVIDIS)
    for value in values:
        low, *high = (float(each) for each in re.findall(r"[\d.]+", classes[scale.colour(value)]))
        assert value == 0 if not high else low < value <= high[0]


def test_more_is_darker_and_the_ends_of_the_scale_are_used() -> None:
    scale = scale_of([0, 1, 2])
    assert [scale.colour(each) for each in (0, 1, 2)] == [CIVIDIS[0], CIVIDIS[2], CIVIDIS[5]]
    brightness = [sum(bytes.fromhex(each[1:])) for each in CIVIDIS]
    assert brightness == sorted(brightness, reverse=True)


def test_a_scale_of_zeros_has_one_class() -> None:
    assert scale_of([0, 0]).legend() == ((CIVIDIS[0], "0"),)
