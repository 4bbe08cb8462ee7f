"""Skills: terms of a taxonomy tree that providers offer and needs require."""

from __future__ import annotations

from dataclasses import dataclass

from graph_models.domain.checks import check_number, check_text, sort_field
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import SkillId, check_id


@dataclass(frozen=True, slots=True)
class RelatedSkill:
    """A skill that can stand in for another, with how well it does: 0 < similarity < 1."""

    skill_id: SkillId
    similarity: float

    def __post_init__(self) -> None:
        check_id("related.skill_id", self.skill_id)
        check_number("related.similarity", self.similarity, least=0.000001, most=0.999999)


@dataclass(frozen=True, slots=True)
class Skill:
    """One term of the taxonomy.

    Parameters
    ----------
    id
        Identifier, for example ``home_care.bathing``.
    name_en, name_zh
        Names shown to people.
    broader_id
        The next wider term, None at the top. Following it must end: a cycle is refused on writing.
    related
        Terms elsewhere in the tree that can stand in for this one. Read in both directions.
    """

    id: SkillId
    name_en: str
    name_zh: str
    broader_id: SkillId | None = None
    related: tuple[RelatedSkill, ...] = ()

    def __post_init__(self) -> None:
        check_id("skill.id", self.id)
        check_text("skill.name_en", self.name_en)
        check_text("skill.name_zh", self.name_zh)
        if self.broader_id == self.id:
            raise InvalidValue("skill.broader_id", "not be the skill itself", self.broader_id)
        sort_field(self, "related", key=lambda each: each.skill_id)
        if any(each.skill_id == self.id for each in self.related):
            raise InvalidValue("skill.related", "not name the skill itself")


@dataclass(frozen=True, slots=True)
class SkillOffer:
    """A skill that a provider holds, at a level from just above 0 (basic) to 1 (expert)."""

    skill_id: SkillId
    level: float

    def __post_init__(self) -> None:
        check_id("skills.skill_id", self.skill_id)
        check_number("skills.level", self.level, least=0.000001, most=1)


@dataclass(frozen=True, slots=True)
class SkillRequirement:
    """A skill that a need asks for, with the least level that will do (0: any)."""

    skill_id: SkillId
    min_level: float = 0.0

    def __post_init__(self) -> None:
        check_id("required_skills.skill_id", self.skill_id)
        check_number("required_skills.min_level", self.min_level, least=0, most=1)
