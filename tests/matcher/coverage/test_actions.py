"""Actions: the right one for each cause, the most urgent first, no need counted twice, no difference told."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.coverage.actions import Action, ActionKind, recommend
from matcher.coverage.clusters import Spot
from matcher.coverage.published import AreaGap
from matcher.coverage.reasons import Cause
from tests.matcher.coverage.publications import a_community, a_coverage, a_deficit, a_gap, a_key_provider

NOTHING = {"gaps": (), "deficits": (), "key_providers": (), "communities": ()}
CATEGORIES = ("food", "care")
COMMUNITIES = ("110101", "110102", "110201", "110202")


def actions_for(*gaps: AreaGap) -> list[tuple[str, tuple[str, ...], tuple[str, ...], int | None]]:
    found = recommend(a_coverage(**{**NOTHING, "gaps": gaps}))
    return [(each.kind.value, each.area_codes, each.category_ids, each.needs) for each in found]


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (Cause.SKILL, "train"),
        (Cause.CAPACITY, "add_capacity"),
        (Cause.DISTANCE, "come_closer"),
        (Cause.TIME, "add_hours"),
        (Cause.ELIGIBILITY, "admit"),
    ],
)
def test_each_cause_has_its_remedy(cause: Cause, kind: str) -> None:
    assert actions_for(a_gap("1101", "food", 20, cause)) == [(kind, ("1101",), ("food",), 20)]


def test_what_is_served_asks_for_nothing() -> None:
    assert actions_for(a_gap("11", None, 0), a_gap("11", "food", 0)) == []


def test_a_parent_whose_districts_account_for_all_is_not_named() -> None:
    found = actions_for(
        a_gap("11", None, 50),
        a_gap("11", "food", 50),
        a_gap("1101", "food", 20),
        a_gap("1102", "food", 30),
    )
    assert found == [("train", ("1102",), ("food",), 30), ("train", ("1101",), ("food",), 20)]


def test_what_no_district_shows_is_named_by_its_parent_without_a_number() -> None:
    found = actions_for(a_gap("11", "food", 57), a_gap("1101", "food", 20))
    assert found == [("train", ("1101",), ("food",), 20), ("train", ("11",), ("food",), None)]


def test_all_categories_together_follow_where_the_single_ones_leave_something() -> None:
    found = actions_for(a_gap("1101", None, 57, Cause.TIME), a_gap("1101", "food", 20))
    assert found == [("train", ("1101",), ("food",), 20), ("add_hours", ("1101",), (), None)]


def test_a_district_shares_needs_with_a_category_of_its_city() -> None:
    found = actions_for(a_gap("11", "food", 20), a_gap("1101", None, 30))
    assert found == [("train", ("11",), ("food",), 20), ("train", ("1101",), (), None)]


def test_needs_in_two_actions_do_not_make_a_wider_area_seem_covered() -> None:
    """20 and 30 exceed 45, but the 20 may be among the 30."""
    found = actions_for(a_gap("11", "food", 20), a_gap("1101", None, 30), a_gap("11", None, 45))
    assert [(area, needs) for _, area, _, needs in found] == [
        (("11",), 20),
        (("11",), None),
        (("1101",), None),
    ]


def test_a_remainder_is_not_named_again_further_up() -> None:
    found = actions_for(a_gap("11", "food", 57), a_gap("1101", "food", 57), a_gap("110101", "food", 20))
    assert [area for _, area, _, _ in found] == [("110101",), ("1101",)]


def test_categories_that_ask_for_the_same_in_an_area_are_joined_the_larger_first() -> None:
    found = actions_for(
        a_gap("1101", "care", 12), a_gap("1101", "food", 20), a_gap("1101", "law", 11, Cause.TIME)
    )
    assert found == [
        ("train", ("1101",), ("food", "care"), 32),
        ("add_hours", ("1101",), ("law",), 11),
    ]


def test_proofs_come_first_then_gaps_then_key_providers_then_clusters() -> None:
    coverage = a_coverage(deficits=(a_deficit(5, "food"), a_deficit(25)))
    found = recommend(coverage)
    assert [each.kind for each in found] == [
        ActionKind.FIND_UNITS,
        ActionKind.FIND_UNITS,
        ActionKind.TRAIN,
        ActionKind.TRAIN,
        ActionKind.SECOND_PROVIDER,
        ActionKind.PLAN_SUPPLY,
    ]
    assert found[0] == Action(ActionKind.FIND_UNITS, ("1101",), ("home_care",), units=25)
    assert found[4] == Action(ActionKind.SECOND_PROVIDER, (), ("home_care",), communities=2, provider_id="p1")
    assert found[5] == Action(ActionKind.PLAN_SUPPLY, ("1101",), communities=1)


def test_only_the_first_key_providers_are_named() -> None:
    providers = tuple(a_key_provider(f"p{number}") for number in range(9))
    found = recommend(a_coverage(**{**NOTHING, "key_providers": providers}))
    assert [each.provider_id for each in found] == ["p0", "p1", "p2", "p3", "p4"]


def test_districts_with_most_hot_spots_are_named_and_no_other_spots_count() -> None:
    communities = (
        a_community("110101", 5, Spot.HIGH_HIGH),
        a_community("110201", 5, Spot.HIGH_HIGH),
        a_community("110202", 5, Spot.HIGH_HIGH),
        a_community("110301", 5, Spot.HIGH_LOW),
        a_community("110401", 5, Spot.HIGH_HIGH, district_code=None),
    )
    found = recommend(a_coverage(**{**NOTHING, "communities": communities}))
    assert [(each.area_codes, each.communities) for each in found] == [(("1102",), 2), (("1101",), 1)]


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[tuple[str, str], int], tuple[AreaGap, ...]]:
    """Unmet needs by community and category, and some of the cells that a table of them has."""
    counts = {(code, category): draw(st.integers(0, 30)) for code in COMMUNITIES for category in CATEGORIES}
    cells = Counter()
    for (code, category), count in counts.items():
        for area in (code, code[:4], code[:2]):
            cells[area, category] += count
            cells[area, None] += count
    shown = draw(st.sets(st.sampled_from(sorted(cells, key=str))))
    causes = st.sampled_from(Cause)
    return counts, tuple(a_gap(*key, cells[key], draw(causes)) for key in sorted(shown, key=str))


def cells_of(action: Action) -> set[tuple[str, str]]:
    (area,) = action.area_codes
    wanted = action.category_ids or CATEGORIES
    return {(code, each) for code in COMMUNITIES if code.startswith(area) for each in wanted}


@given(tables())
def test_counted_actions_share_no_need_and_every_shown_gap_is_acted_on(
    table: tuple[dict[tuple[str, str], int], tuple[AreaGap, ...]],
) -> None:
    counts, gaps = table
    found = recommend(a_coverage(**{**NOTHING, "gaps": gaps}))
    counted = [each for each in found if each.needs is not None]
    seen: Counter[tuple[str, str]] = Counter()
    for each in counted:
        seen.update(cells_of(each))
        assert each.needs == sum(counts[cell] for cell in cells_of(each))
    assert all(times == 1 for times in seen.values())
    acted_on = set().union(*map(cells_of, found))
    for gap in gaps:
        cells = {
            (code, each)
            for code in COMMUNITIES
            if code.startswith(gap.area_code)
            for each in ([gap.category_id] if gap.category_id else CATEGORIES)
        }
        assert {cell for cell in cells if counts[cell]} <= acted_on


@given(tables())
def test_no_number_is_a_difference(
    table: tuple[dict[tuple[str, str], int], tuple[AreaGap, ...]],
) -> None:
    """Each number is one that is shown, or the sum of several that are."""
    _, gaps = table
    shown = {(each.area_code, each.category_id): each.unmet for each in gaps}
    for each in recommend(a_coverage(**{**NOTHING, "gaps": gaps})):
        if each.needs is not None:
            (area,) = each.area_codes
            assert each.needs == sum(shown[area, one] for one in each.category_ids or (None,))
