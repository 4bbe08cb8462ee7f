from __future__ import annotations

from dataclasses import replace

import pytest

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.skills import SkillRequirement
from matcher.catalogue import compile_catalogue
from matcher.parameters import default_parameters
from tests.builders import a_category, a_need, some_areas, some_skills
from tests.matcher.situations import a_catalogue


def test_a_need_takes_its_own_skills_or_those_of_its_category() -> None:
    """What the need asks for itself replaces what the menu asks for."""
    own = (SkillRequirement("repairs", 0.5),)
    assert a_catalogue().skills_required_by(a_need(required_skills=own)) == own
    assert a_catalogue().skills_required_by(a_need()) == a_category().required_skills


def test_what_a_need_refers_to_must_exist() -> None:
    """An unknown category or skill is an error that names the field."""
    with pytest.raises(UnknownReference, match=r"need\.category_id points at Category 'gone'"):
        a_catalogue().category_of(a_need(category_id="gone"))
    with pytest.raises(UnknownReference, match=r"need\.required_skills points at Skill 'gone'"):
        a_catalogue().skills_required_by(a_need(required_skills=(SkillRequirement("gone"),)))


def test_parameters_are_held_against_the_menu_once_there_is_one() -> None:
    """An empty store is yet to be loaded; a menu without the named category refuses the parameters."""
    base = default_parameters()
    parameters = replace(base, category_weights={"gone": base.default_weights})
    compile_catalogue(some_areas(), some_skills(), [], parameters)
    with pytest.raises(InvalidValue, match=r"weights\.categories\.gone must name a known category"):
        compile_catalogue(some_areas(), some_skills(), [a_category()], parameters)
