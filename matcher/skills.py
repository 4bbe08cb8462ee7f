"""The skill taxonomy: how well one skill stands in for another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import SkillId
from graph_models.domain.skills import Skill
from matcher.fixed_point import MILLION, divide_half_even, to_millionths


class Taxonomy:
    """A forest of skills with similarities between them.

    Parameters
    ----------
    skills
        All terms, in any order.
    cut_off
        Millionths; a Wu-Palmer similarity below it counts as none.

    Raises
    ------
    UnknownReference
        If a broader or related skill is not among the terms.
    InvalidValue
        If following broader terms does not end.

    Notes
    -----
    The similarity of an offered skill o to a required skill r is

    - 1 if o is r or narrower than r; otherwise the greater of
    - the declared similarity between r and o or an ancestor of o, read in both directions, and
    - 2·depth(a) / (depth(r) + depth(o)), where a is the deepest common ancestor and roots have
      depth 1 [1]_; 0 without a common ancestor, or below the cut-off.

    References
    ----------
    .. [1] Z. Wu, M. Palmer, "Verb semantics and lexical selection", ACL 1994, 133-138,
       doi:10.3115/981732.981751.

    Examples
    --------
    >>> names = {"care": None, "care.bathing": "care", "care.feeding": "care"}
    >>> taxonomy = Taxonomy([Skill(key, key, key, up) for key, up in names.items()], cut_off=400_000)
    >>> taxonomy.similarity("care", "care.bathing"), taxonomy.similarity("care.feeding", "care.bathing")
    (1000000, 500000)
    """

    def __init__(self, skills: Iterable[Skill], cut_off: int) -> None:
        self._skills = {skill.id: skill for skill in skills}
        self._cut_off = cut_off
        self._ancestors: dict[SkillId, tuple[SkillId, ...]] = {}
        for skill_id in self._skills:
            self._ancestors[skill_id] = self._path_to_root(skill_id)
        self._related = self._read_both_ways()
        self._similar: dict[SkillId, Mapping[SkillId, int]] = {}

    def __contains__(self, skill_id: SkillId) -> bool:
        return skill_id in self._skills

    def all(self) -> tuple[Skill, ...]:
        """Return all skills, by id."""
        return tuple(skill for _, skill in sorted(self._skills.items()))

    def depth(self, skill_id: SkillId) -> int:
        """Return the number of terms from the root to the skill; 1 for a root."""
        return len(self._ancestors[skill_id])

    def similarity(self, required: SkillId, offered: SkillId) -> int:
        """How well `offered` serves where `required` is asked for, in millionths.

        Raises
        ------
        KeyError
            If either is not in the taxonomy.
        """
        wider = self._ancestors[offered]
        if required in wider:
            return MILLION
        declared = self._related[required]
        related = max((declared.get(term, 0) for term in wider), default=0)
        return max(related, self._wu_palmer(required, offered))

    def similar_to(self, required: SkillId) -> Mapping[SkillId, int]:
        """Every skill that can stand in for `required`, with its similarity above 0.

        Raises
        ------
        KeyError
            If `required` is not in the taxonomy.
        """
        if required not in self._similar:
            row = {offered: self.similarity(required, offered) for offered in self._skills}
            self._similar[required] = {offered: value for offered, value in row.items() if value}
        return self._similar[required]

    def _wu_palmer(self, required: SkillId, offered: SkillId) -> int:
        own = set(self._ancestors[required])
        common = next((term for term in self._ancestors[offered] if term in own), None)
        if common is None:
            return 0
        depths = self.depth(required) + self.depth(offered)
        value = divide_half_even(2 * self.depth(common) * MILLION, depths)
        return value if value >= self._cut_off else 0

    def _path_to_root(self, skill_id: SkillId) -> tuple[SkillId, ...]:
        path = [skill_id]
        while (broader := self._skills[path[-1]].broader_id) is not None:
            if broader not in self._skills:
                raise UnknownReference("skill.broader_id", "Skill", broader)
            if broader in path:
                raise InvalidValue("skill.broader_id", "not lead back to the skill itself", broader)
            path.append(broader)
        return tuple(path)

    def _read_both_ways(self) -> dict[SkillId, dict[SkillId, int]]:
        related: dict[SkillId, dict[SkillId, int]] = {skill_id: {} for skill_id in self._skills}
        for skill in self._skills.values():
            for other in skill.related:
                if other.skill_id not in related:
                    raise UnknownReference("skill.related", "Skill", other.skill_id)
                value = to_millionths(other.similarity)
                for one, two in ((skill.id, other.skill_id), (other.skill_id, skill.id)):
                    related[one][two] = max(value, related[one].get(two, 0))
        return related
