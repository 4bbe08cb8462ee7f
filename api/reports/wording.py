"""What the report says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph_models.domain.identifiers import AreaCode, CategoryId
from matcher.coverage.actions import Action, ActionKind
from matcher.coverage.published import Coverage, KeyProvider, ProvenDeficit
from matcher.coverage.reasons import Cause

CAUSES: Mapping[Cause, str] = {
    Cause.DISTANCE: "Nobody able is near enough, or serves the area.",
    Cause.SKILL: "Nobody near has the skill.",
    Cause.CAPACITY: "Those who could help have no units left for all of them.",
    Cause.TIME: "Nobody is free at the time that is asked for.",
    Cause.ELIGIBILITY: "Those who are near are not verified, not active, or not allowed to.",
}

_TO_DO: Mapping[ActionKind, str] = {
    ActionKind.TRAIN: "train volunteers of the area in the skills for {what}",
    ActionKind.ADD_CAPACITY: "add units or recruit providers for {what}",
    ActionKind.COME_CLOSER: "open a station or widen service areas for {what}; "
    "`lastmeter coverage sites` proposes where",
    ActionKind.ADD_HOURS: "ask providers for hours at other times for {what}",
    ActionKind.ADMIT: "verify and re-admit providers for {what}",
}
_CAUSE_OF: Mapping[ActionKind, str] = {
    ActionKind.TRAIN: "skill",
    ActionKind.ADD_CAPACITY: "capacity",
    ActionKind.COME_CLOSER: "distance",
    ActionKind.ADD_HOURS: "time",
    ActionKind.ADMIT: "eligibility",
}
_NAMED = 3  # entries of a list that are named before the rest is counted


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called."""

    areas: Mapping[AreaCode, str]
    categories: Mapping[CategoryId, str]

    def area(self, code: str) -> str:
        """Return the name of an area, its code if it has none."""
        return self.areas.get(AreaCode(code), code)

    def all_areas(self, codes: Sequence[AreaCode]) -> str:
        """Name some areas."""
        return listed([self.area(each) for each in codes]) or "the city"

    def all_categories(self, category_ids: Sequence[CategoryId]) -> str:
        """Name some categories, as part of a sentence."""
        return listed([self.categories.get(each, each) for each in category_ids]) or "all categories"


def listed(words: Sequence[str]) -> str:
    """Join words as in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d", "e"])
    ('a, b and c', 'a, b, c and 2 more')
    """
    if len(words) > _NAMED + 1:
        words = [*words[:_NAMED], f"{len(words) - _NAMED} more"]
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def counted(number: int, word: str) -> str:
    """Put a word beside its number, in the plural where it belongs.

    Examples
    --------
    >>> counted(1, "unit"), counted(1200, "community")
    ('1 unit', '1,200 communities')
    """
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{number:,} {word if number == 1 else plural}"


def say_deficit(deficit: ProvenDeficit, names: Names) -> str:
    """Say what a proof is about."""
    needs = counted(deficit.needs, f"{names.all_categories(deficit.category_ids)} need")
    where = names.all_areas(deficit.district_codes)
    missing = (
        f"{deficit.missing:,} {'is' if deficit.missing == 1 else 'are'} missing: no plan can serve them."
    )
    want = "" if deficit.units == deficit.needs else f" want {counted(deficit.units, 'unit')} and"
    if deficit.capacity == 0:
        return f"{needs} in {where}{want} share no place at all; {missing}"
    return f"{needs} in {where}{want} share {counted(deficit.capacity, 'place')}; {missing}"


def say_action(action: Action, names: Names, coverage: Coverage) -> str:
    """Say what is to be done and why."""
    where, what = names.all_areas(action.area_codes), names.all_categories(action.category_ids)
    if action.kind is ActionKind.FIND_UNITS:
        return (
            f"{where}: find at least {counted(action.units or 0, 'unit')} for {what}. That many are missing, "
            "as proven below."
        )
    if action.kind is ActionKind.SECOND_PROVIDER:
        found = next(each for each in coverage.key_providers if each.provider_id == action.provider_id)
        return say_key_provider(found, what)
    if action.kind is ActionKind.PLAN_SUPPLY:
        number = f"{action.communities or 0:,}"
        return f"{where}: plan supply. Communities with many unserved categories lie together here: {number}."
    to_do = _TO_DO[action.kind].format(what=what)
    most = f"What stands in the way of most is {_CAUSE_OF[action.kind]}."
    if action.needs is None:
        return f"{where}, for unmet needs that are not named before: {to_do}. {most}"
    return f"{where}: {to_do}. {counted(action.needs, 'unmet need')}. {most}"


def say_key_provider(provider: KeyProvider, what: str) -> str:
    """Say who must not be lost."""
    number = counted(provider.communities, "community")
    return (
        f"Find a second provider for {what} beside {provider.name} ({provider.provider_id}), "
        f"the only help in {number}."
    )
