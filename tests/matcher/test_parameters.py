from __future__ import annotations

from dataclasses import fields, replace

import pytest

from graph_models.domain.errors import InvalidValue
from matcher.parameters import (
    ContinuityParts,
    FactorName,
    Weights,
    default_parameters,
    parse_parameters,
)
from tests.builders import a_category

GOOD = """
[weights.default]
proximity = 0.4
skill = 0.3
capacity = 0.1
continuity = 0.1
fairness = 0.1
[weights.remote]
proximity = 0
skill = 0.4
capacity = 0.2
continuity = 0.2
fairness = 0.2
[skill]
similarity_cut_off = 0.5
[continuity]
served_resident = 0.5
based_in_community = 0.3
serves_by_assignment = 0.2
[fairness]
default_half_referrals = 10
[verification]
max_age_days = 365
[explanation]
near_misses = 5
[place]
nearest_community_m = 50_000
[plan.urgency_weights]
routine = 1
urgent = 2
asap = 4
stat = 8
"""
OWN = """
[weights.categories.home_care]
proximity = {proximity}
skill = 0.333333
capacity = 0
continuity = 0
fairness = {fairness}
"""


def test_values_are_read_exactly() -> None:
    """Shares become millionths without passing through binary fractions."""
    own = OWN.format(proximity="0.1", fairness="0.566667")
    parameters = parse_parameters(GOOD + own)
    assert parameters.default_weights.in_order() == (400_000, 300_000, 100_000, 100_000, 100_000)
    assert parameters.category_weights == {"home_care": Weights(100_000, 333_333, 0, 0, 566_667)}
    assert parameters.half_referrals_of("enterprise") == 10


def test_packaged_parameters_are_valid() -> None:
    """The file that comes with the package reads, and knows the usual kinds."""
    parameters = default_parameters()
    assert parameters.half_referrals_of("volunteer") < parameters.half_referrals_of("station")


def test_weights_are_in_the_order_of_the_factors() -> None:
    """One list of factors rules all others."""
    assert [each.name for each in fields(Weights)] == list(FactorName)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("stat = 8", "stat = 0", "plan.urgency_weights.stat must be from 1 to 1000"),
        ("stat = 8", "", "plan.urgency_weights.stat must be given"),
        ("proximity = 0.4", "proximity = 0.35", "weights.default must sum to 1, got 0.95"),
        ("proximity = 0.4", "proximity = 0.400001", "weights.default must sum to 1, got 1.000001"),
        ("served_resident = 0.5", "served_resident = 0.6", "continuity must sum to 1, got 1.1"),
        ("proximity = 0.4", "proximity = -0.4", "weights.default.proximity must be from 0 to 1, got -0.4"),
        ("proximity = 0.4", "proximity = 1.5", "weights.default.proximity must be from 0 to 1, got 1.5"),
        ("proximity = 0.4", "proximity = nan", "weights.default.proximity must be from 0 to 1, got nan"),
        ("proximity = 0.4", "proximity = inf", "weights.default.proximity must be from 0 to 1, got inf"),
        (
            "proximity = 0.4",
            "proximity = 0.4000001",
            "weights.default.proximity must have at most 6 decimals",
        ),
        ("proximity = 0.4", 'proximity = "0.4"', "weights.default.proximity must be a number"),
        ("proximity = 0.4", "proximity = true", "weights.default.proximity must be a number, got True"),
        ("proximity = 0.4", "", "weights.default.proximity must be given"),
        ("proximity = 0.4", "proximity = 0.4\ndistance = 0", "weights.default.distance must be the name"),
        ("proximity = 0\n", "proximity = 0.1\n", "weights.remote must sum to 1, got 1.1"),
        ("proximity = 0\nskill = 0.4", "proximity = 0.2\nskill = 0.2", "weights.remote.proximity must be 0"),
        ("[weights.remote]", "[weights.remotely]", "weights.remote must be given"),
        ("[skill]", "[skill]\nlevel = 1", "skill.level must be the name of a parameter"),
        ("[skill]", "[other]\n[skill]", "other must be the name of a parameter"),
        ("cut_off = 0.5", "cut_off = 2", "skill.similarity_cut_off must be from 0 to 1"),
        ("half_referrals = 10", "half_referrals = 0", "fairness.default_half_referrals must be from 1"),
        ("half_referrals = 10", "half_referrals = 2.5", "fairness.default_half_referrals must be an integer"),
        (
            "[verification]",
            "[fairness.half_referrals]\nstation = 0\n[verification]",
            "half_referrals.station must",
        ),
        (
            "max_age_days = 365",
            "max_age_days = 0",
            "verification.max_age_days must be from 1 to 36500, got 0",
        ),
        ("max_age_days = 365", "max_age_days = false", "verification.max_age_days must be an integer"),
        ("near_misses = 5", "near_misses = -1", "explanation.near_misses must be from 0 to 100, got -1"),
        (
            "nearest_community_m = 50_000",
            "nearest_community_m = -1",
            "place.nearest_community_m must be from 0 to 20040000, got -1",
        ),
        ("[explanation]\nnear_misses = 5", "", "explanation must be given"),
        ("[skill]\nsimilarity_cut_off = 0.5", "", "skill must be given"),
        ("[weights.default]", "[weights.default", "parameters must be TOML"),
        (
            "[skill]",
            "[weights.categories.'two words']\n[skill]",
            "weights.categories.two words.proximity must",
        ),
    ],
)
def test_bad_parameters_are_refused_by_name(old: str, new: str, message: str) -> None:
    """Each error names the key and the rule, and a bad sum its value."""
    assert old in GOOD
    head, _, tail = GOOD.partition(old)
    with pytest.raises(InvalidValue) as error:
        parse_parameters(head + new + tail)
    assert message in str(error.value)


def test_a_table_must_be_a_table() -> None:
    """A number where a table belongs is refused."""
    with pytest.raises(InvalidValue, match="skill must be a table, got 1"):
        parse_parameters(
            GOOD.replace("[skill]\nsimilarity_cut_off = 0.5\n", "").replace("\n[w", "skill = 1\n[w", 1)
        )


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (lambda: Weights(-1, 1_000_001, 0, 0, 0), "weights.proximity must be from 0 to 1000000, got -1"),
        (lambda: Weights(0, 0, 0, 0, 0), "weights must sum to 1, got 0.0"),
        (lambda: ContinuityParts(500_000, 500_000, 1), "continuity must sum to 1, got 1.000001"),
        (
            lambda: replace(
                default_parameters(), category_weights={"two words": Weights(0, 0, 0, 0, 1_000_000)}
            ),
            "weights.categories must be 1 to 128 letters",
        ),
        (
            lambda: replace(default_parameters(), remote_weights=Weights(1, 999_999, 0, 0, 0)),
            "weights.remote.proximity must be 0, got 1e-06",
        ),
    ],
)
def test_values_refuse_nonsense_themselves(shares: object, message: str) -> None:
    """Parameters made in code are held to the same rules as those of a file."""
    with pytest.raises(InvalidValue) as error:
        shares()  # type: ignore[operator]
    assert message in str(error.value)


def test_a_category_takes_its_own_weights_or_those_for_its_way() -> None:
    """Own set first, else that for served by phone or on the spot."""
    parameters = parse_parameters(GOOD + OWN.format(proximity="0", fairness="0.666667"))
    own = parameters.category_weights["home_care"]
    assert parameters.weights_for(a_category("home_care")) == own
    assert parameters.weights_for(a_category("home_care", is_remote=True)) == own
    assert parameters.weights_for(a_category("meals")) == parameters.default_weights
    assert parameters.weights_for(a_category("advice", is_remote=True)) == parameters.remote_weights


def test_weights_are_held_against_the_menu() -> None:
    """A set for an unknown category is refused, and one that counts distance for a remote category."""
    parameters = parse_parameters(GOOD + OWN.format(proximity="0.1", fairness="0.566667"))
    parameters.check_categories([a_category("home_care")])
    with pytest.raises(InvalidValue, match="home_care must name a known category"):
        parameters.check_categories([a_category("meals")])
    with pytest.raises(InvalidValue, match="be 0 for a category served by phone"):
        parameters.check_categories([a_category("home_care", is_remote=True)])
