"""Words: each action and each proof is one clear sentence or two."""

from __future__ import annotations

import pytest

from api.reports.wording import CAUSES, Names, counted, listed, say_action, say_deficit
from graph_models.domain.identifiers import AreaCode, CategoryId
from matcher.coverage.actions import ACTION_OF, Action, ActionKind, recommend
from matcher.coverage.reasons import Cause
from tests.matcher.coverage.publications import a_coverage, a_deficit

NAMES = Names({AreaCode("1101"): "Conghua"}, {CategoryId("home_care"): "home-care"})


def test_a_proof_names_needs_places_and_what_is_missing() -> None:
    said = "37 home-care needs in Conghua share 12 places; 25 are missing: no plan can serve them."
    assert say_deficit(a_deficit(25), NAMES) == said


def test_a_proof_says_units_where_they_are_not_one_a_need() -> None:
    said = "20 home-care needs in Conghua want 37 units and share 12 places; 25 are missing"
    assert say_deficit(a_deficit(25, needs=20), NAMES).startswith(said)


def test_a_proof_without_anybody_says_so() -> None:
    said = "12 home-care needs in the city share no place at all; 12 are missing: no plan can serve them."
    deficit = a_deficit(12, needs=12, units=12, capacity=0, providers=0, district_codes=())
    assert say_deficit(deficit, NAMES) == said


def test_one_missing_unit_is_singular() -> None:
    assert "share 12 places; 1 is missing" in say_deficit(a_deficit(1), NAMES)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_explained_and_its_remedy_names_it(cause: Cause) -> None:
    assert CAUSES[cause]
    action = Action(ACTION_OF[cause], (AreaCode("1101"),), (CategoryId("home_care"),), 20)
    text = say_action(action, NAMES, a_coverage())
    assert text.startswith("Conghua: ")
    assert "home-care" in text
    assert text.endswith(f"20 unmet needs. What stands in the way of most is {cause}.")


def test_an_action_for_the_rest_gives_no_number() -> None:
    text = say_action(Action(ActionKind.TRAIN, (AreaCode("1101"),)), NAMES, a_coverage())
    assert text.startswith("Conghua, for unmet needs that are not named before: train volunteers")
    assert not any(each.isdigit() for each in text)


def test_all_kinds_of_actions_have_words() -> None:
    coverage = a_coverage()
    said = [say_action(each, NAMES, coverage) for each in recommend(coverage)]
    assert said[0] == (
        "Conghua: find at least 25 units for home-care. That many are missing, as proven below."
    )
    assert "Find a second provider for home-care beside Helper (p1), the only help in 2 communities." in said
    assert said[-1] == "Conghua: plan supply. Communities with many unserved categories lie together here: 1."


def test_lists_and_numbers_read_well() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c", "d"]) == "a, b, c and d"
    assert counted(2, "community") == "2 communities"
