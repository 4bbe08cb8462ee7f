"""`lastmeter demo`: a synthetic Guangzhou in the store, and the main job done on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import typer

from api.commands.answers import show
from api.commands.generate import AsOfOption, ScaleOption, SeedOption
from api.commands.session import JsonFlag, Session, console, print_json, progress, session_of
from api.commands.suggest import open_matcher
from api.console.assets import is_built
from api.schemas.suggestions import SuggestionAnswer
from graph_models.bulk import put_all
from graph_models.city.generate import DEFAULT_SEED, DEMO_SCALE, City, generate_city
from graph_models.domain.errors import LastMeterError
from graph_models.domain.identifiers import NeedId
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.ports import GraphStore
from graph_models.schema import NODE_TYPES

SHOWN_NEEDS = 3
SHOWN_SUGGESTIONS = 5


class RealData(LastMeterError):
    """A made-up city does not belong among real records."""


def demo(
    context: typer.Context,
    scale: ScaleOption = DEMO_SCALE,
    seed: SeedOption = DEFAULT_SEED,
    as_of: AsOfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Build a synthetic Guangzhou and suggest providers for three needs."""
    session = session_of(context)
    with session.open_store() as store:
        refuse_real_data(store)
        written = build(generate_city(scale, seed, as_of or this_monday(session.clock.now())), store)
        answers = answer_some(session, store)
    if as_json:
        shown = [answer.model_dump(mode="json") for answer in answers]
        print_json({"is_synthetic": True, "written": written, "answers": shown})
        return
    screen = console()
    screen.print(f"Synthetic Guangzhou, scale {scale:g}, seed {seed}: {written:,} values in the store.")
    screen.print("Its hierarchy and totals are real; its points, people and providers are made up.")
    for answer in answers:
        screen.print()
        show(answer, screen)
    screen.print()
    screen.print(f"Next: lastmeter suggest {answers[0].need.id} --explain")
    screen.print(CONSOLE if is_built() else NO_CONSOLE)


CONSOLE = "  or: lastmeter serve, which has the dispatcher's console at /console"
NO_CONSOLE = "  or: lastmeter serve; for the console, which is not built, make console with Node.js first"


def refuse_real_data(store: GraphStore) -> None:
    for node in NODE_TYPES:
        for stored in store.page(node.entity, limit=1).items:
            if not getattr(stored.value, "is_synthetic", True):
                raise RealData(f"the store holds real {node.plural}; choose another with --store")


def this_monday(now: datetime) -> datetime:
    """Monday, 09:00 in Guangzhou, of the week: needs of the demo lie in the two weeks after."""
    monday = now.astimezone(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    return monday - timedelta(days=monday.weekday())


def build(city: City, store: GraphStore) -> int:
    load_id = f"demo-{city.scale}-{city.seed}-{city.as_of:%Y%m%dT%H%M%SZ}"
    with progress("building the city", sum(city.counts().values())) as advance:
        total = 0
        for done in put_all(store, city.entities(), load_id=load_id):
            total += done
            advance(done)
    return total


def answer_some(session: Session, store: GraphStore) -> list[SuggestionAnswer]:
    """Answer three open needs of different categories, the most urgent first."""
    matcher = open_matcher(session, store)
    chosen: dict[str, NeedId] = {}
    for urgency in reversed(Urgency):
        page = store.page(Need, where={"urgency": urgency, "status": NeedStatus.ACTIVE}, limit=100)
        for stored in page.items:
            chosen.setdefault(stored.value.category_id, stored.value.id)
    return [
        SuggestionAnswer.of(matcher.suggest(need_id, SHOWN_SUGGESTIONS, explain=True))
        for need_id in list(chosen.values())[:SHOWN_NEEDS]
    ]
