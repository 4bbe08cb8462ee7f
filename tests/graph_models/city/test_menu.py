"""The service menu and the taxonomy that ship with the package."""

from __future__ import annotations

from graph_models.city.menu import ACUTE, first_skill, leaf_skill_ids, load_menu

MENU = load_menu()
SKILL = {skill.id: skill for skill in MENU.skills}


def depth(skill_id: str) -> int:
    """Number of terms from the root to a skill; fails on a cycle by exceeding the taxonomy."""
    trail = [SKILL[skill_id]]
    while (above := trail[-1].broader_id) is not None:
        trail.append(SKILL[above])
        assert len(trail) <= len(SKILL), "a cycle"
    return len(trail)


def test_menu_has_at_least_24_categories_with_both_names():
    """Every category has a Chinese and an English name, each once."""
    assert len(MENU.categories) >= 24
    assert len({each.name_zh for each in MENU.categories}) == len(MENU.categories)
    assert len({each.name_en for each in MENU.categories}) == len(MENU.categories)
    assert all(is_chinese(each.name_zh) and each.name_en.isascii() for each in MENU.categories)


def test_taxonomy_has_at_least_80_terms_with_both_names():
    """Ids and names of skills are unique; names are Chinese and English."""
    assert len(SKILL) == len(MENU.skills) >= 80
    assert len({each.name_zh for each in MENU.skills}) == len(SKILL)
    assert len({each.name_en for each in MENU.skills}) == len(SKILL)
    assert all(is_chinese(each.name_zh) and each.name_en.isascii() for each in MENU.skills)


def is_chinese(name: str) -> bool:
    return all("\u4e00" <= letter <= "\u9fff" for letter in name)


def test_taxonomy_has_exactly_three_levels():
    """Roots, branches, leaves: whatever is not broader than something is at the third level."""
    leaves = set(leaf_skill_ids())
    assert {depth(key) for key in SKILL} == {1, 2, 3}
    assert {depth(key) for key in leaves} == {3}
    assert all(depth(key) < 3 for key in SKILL.keys() - leaves)


def test_a_leaf_is_named_after_its_branch():
    """The id of a leaf is its branch and a word, so that the branch can be read off."""
    assert all(key.partition(".")[0] == SKILL[key].broader_id for key in leaf_skill_ids())


def test_skills_name_earlier_skills_only():
    """A loader can write the file in order: broader and related terms come first."""
    seen: set[str] = set()
    for skill in MENU.skills:
        named = {each.skill_id for each in skill.related} | ({skill.broader_id} - {None})
        assert named <= seen, skill.id
        seen.add(skill.id)


def test_related_skills_are_in_other_branches():
    """RELATED adds what the tree does not say already."""
    pairs = [(skill.id, each.skill_id) for skill in MENU.skills for each in skill.related]
    assert len(pairs) >= 30
    assert all(SKILL[one].broader_id != SKILL[other].broader_id for one, other in pairs)


def test_every_category_requires_skills_of_the_taxonomy():
    """What a category asks for can be offered: a leaf, at a level below 1."""
    leaves = set(leaf_skill_ids())
    for category in MENU.categories:
        assert category.required_skills, category.id
        assert first_skill(category.id) == category.required_skills[0].skill_id
        assert all(each.skill_id in leaves and 0 < each.min_level < 1 for each in category.required_skills)


def test_half_distance_lies_within_the_search_radius():
    """Proximity tells providers apart before the radius excludes them."""
    assert all(each.half_distance_km < each.search_radius_km for each in MENU.categories)


def test_help_by_phone_is_remote_and_help_for_children_needs_verification():
    """Flags that decide who is suggested are set where the field expects them."""
    remote = {each.id for each in MENU.categories if each.is_remote}
    verified = {each.id for each in MENU.categories if each.requires_verification}
    assert remote == {"legal_aid", "mental_health_hotline", "policy_advice", "telephone_reassurance"}
    assert {"child_protection", "child_care", "tutoring", "home_care", "basic_living"} <= verified


def test_acute_categories_are_on_the_menu():
    """A renamed category cannot fall out of the urgent ones unseen."""
    assert {each.id for each in MENU.categories} >= ACUTE
