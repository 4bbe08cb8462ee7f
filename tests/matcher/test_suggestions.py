from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from matcher.fixed_point import MILLION
from matcher.suggestions import describe_suggestion, to_score
from matcher.travel import UNKNOWN_M

shares = st.lists(st.integers(0, MILLION), min_size=5, max_size=5).map(tuple)


@given(st.integers(0, 10**12))
def test_scores_print_as_the_decimal_they_are(units: int) -> None:
    """What is printed reads back as the whole number of 1e-12 that it came from."""
    assert Decimal(repr(to_score(units))) * 10**12 == units


@given(st.lists(st.integers(0, MILLION), min_size=4, max_size=4), shares)
def test_printed_parts_add_up_to_the_printed_score(cuts: list[int], values: tuple[int, ...]) -> None:
    """In decimal arithmetic on the printed JSON: weight · value = contribution, Σ contribution = score."""
    bounds = [0, *sorted(cuts), MILLION]
    weights = tuple(after - before for before, after in pairwise(bounds))
    suggestion = describe_suggestion(1, ("p1", "station", "A"), weights, values, 1_234, 5)
    printed = json.dumps(
        {
            "score": suggestion.score,
            "parts": [[f.weight, f.value, f.contribution] for f in suggestion.factors.values()],
        }
    )
    read = json.loads(printed, parse_float=Decimal, parse_int=Decimal)
    assert all(weight * value == contribution for weight, value, contribution in read["parts"])
    assert sum(contribution for _, _, contribution in read["parts"]) == read["score"]
    assert sum(weight for weight, _, _ in read["parts"]) == 1
    assert 0 <= read["score"] <= 1


def test_distance_is_told_to_the_metre_or_not_at_all() -> None:
    """Kilometres have at most 3 decimals; an unknown distance is none."""
    known, unknown = (
        describe_suggestion(1, ("p1", "station", "A"), (MILLION, 0, 0, 0, 0), (0,) * 5, metres, 5)
        for metres in (1_234, UNKNOWN_M)
    )
    assert (known.distance_km, unknown.distance_km) == (1.234, None)
