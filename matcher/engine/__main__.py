"""``python -m matcher.engine``: compile all of the engine now; ``python -m matcher`` does more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from graph_models.domain.categories import Category
from graph_models.domain.identifiers import CategoryId, NeedId, ProviderId, SkillId
from graph_models.domain.needs import Need
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import Skill, SkillOffer, SkillRequirement
from matcher.catalogue import compile_catalogue
from matcher.context import gather_context
from matcher.engine.engine import Engine
from matcher.engine.reach import Places
from matcher.engine.roster import Roster
from matcher.parameters import default_parameters
from matcher.travel import unit_vectors

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Location(23.1, 113.3)
_ENOUGH = 600  # providers for the tree to have several levels


def main() -> None:
    """Ask an engine all kinds of questions."""
    parameters, skill_id, category_id = default_parameters(), SkillId("s"), CategoryId("c")
    provider = Provider(ProviderId("p"), "volunteer", "p", Capacity(2), (SkillOffer(skill_id, 1),), HERE)
    engine = Engine([replace(provider, id=ProviderId(f"p{number}")) for number in range(_ENOUGH)], parameters)
    for is_remote in (False, True):
        category = Category(category_id, "c", "c", (SkillRequirement(skill_id),), is_remote=is_remote)
        catalogue = compile_catalogue((), [Skill(skill_id, "s", "s")], [category], parameters)
        need = Need(NeedId("n"), category_id, NOW, location=HERE)
        context = gather_context(need, catalogue, NOW)
        engine.suggest(context, 1, explain=True)
        engine.pairs([context], 1, Roster())
        point = unit_vectors(np.array([HERE.latitude]), np.array([HERE.longitude]))
        places = Places(point, engine.area_numbers([()]), np.ones(1))
        engine.reach(context, places, np.ones(context.search_radius_m + 1))
        engine.change([replace(provider, name="q")])
        engine.named("q", 1)
        engine.change(remove=[ProviderId("nobody")])


if __name__ == "__main__":
    main()
