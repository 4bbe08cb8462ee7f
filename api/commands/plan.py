"""`lastmeter plan`: providers for all open needs at once, with the proof that it is a best plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.commands.session import JsonFlag, Session, console, print_json, session_of, stages
from api.commands.suggest import open_matcher
from api.parameters import read_parameters
from api.schemas.plans import PlanOutput, TallyOutput
from graph_models.domain.errors import LastMeterError, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId
from graph_models.ports import GraphStore
from matcher.catalogue import read_catalogue
from matcher.city_plans import CityPlan, PlanSource, plan_city
from matcher.planning import PlanScope

AreaOption = Annotated[
    list[str] | None, typer.Option("--area", metavar="CODE", help="Only needs in this area; repeatable.")
]
CategoryOption = Annotated[
    list[str] | None,
    typer.Option("--category", metavar="ID", help="Only needs of this category; repeatable."),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Find pairs on the workers of this Dask scheduler, tcp://host:8786; needs the extra `cluster`.",
    ),
]


Text = Callable[[TallyOutput], str]


def distance(each: TallyOutput) -> str:
    return "not known" if each.mean_distance_km is None else f"{each.mean_distance_km:.3f} km"


ROWS: tuple[tuple[str, Text], ...] = (
    ("needs", lambda each: f"{each.needs:,}"),
    ("served", lambda each: f"{each.served:,}"),
    ("served in part", lambda each: f"{each.served_in_part:,}"),
    ("units served", lambda each: f"{each.units_served:,} of {each.units:,}"),
    ("weight served", lambda each: f"{each.weight_served:,.2f} of {each.weight:,}"),
    ("score", lambda each: f"{each.score:,.4f}"),
    ("mean distance", distance),
)


def plan(
    context: typer.Context,
    area: AreaOption = None,
    category: CategoryOption = None,
    scheduler: SchedulerOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Find the best providers for all open needs at once, and say how much better that is than first come.

    Nothing is written: a plan is a proposal. --json prints all of it, with its certificate.
    """
    session = session_of(context)
    scope = PlanScope(frozenset(map(AreaCode, area or ())), frozenset(map(CategoryId, category or ())))
    with session.open_store(must_exist=True) as store, stages("plan") as tell:
        try:
            if scheduler is None:
                city_plan = open_matcher(session, store).plan(scope, tell)
            else:
                city_plan = plan_on_cluster(session, store, scheduler, scope, tell)
            answer = PlanOutput.of(city_plan)
        except UnknownReference as error:
            option = "--area" if error.field == "area_codes" else "--category"
            raise LastMeterError(f"{option}: there is no {error.kind} {error.key!r} in the store") from error
    if as_json:
        print_json(answer)
    else:
        show(answer, console())


def plan_on_cluster(
    session: Session,
    store: GraphStore,
    scheduler: str,
    scope: PlanScope,
    tell: Callable[[str, int, int], None],
) -> CityPlan:
    """Make a plan without holding the providers in this process."""
    try:
        from api.cluster import Cluster, ProviderSource, connected
    except ModuleNotFoundError as error:
        raise LastMeterError("--scheduler needs Dask: pip install lastmeter[cluster]") from error
    parameters = read_parameters(session.settings.parameters_file)
    # The revision is read before the tables: what changes meanwhile is not claimed to be left out.
    revision, catalogue = store.head(), read_catalogue(store, parameters)
    opener = partial(session.open_store, must_exist=True)
    with connected(scheduler) as client:
        cluster = Cluster(client, ProviderSource(opener, revision, parameters))
        source = PlanSource(store, revision, catalogue, session.clock.now())
        return plan_city(source, scope, cluster.finder_for, tell)


def show(answer: PlanOutput, screen: Console) -> None:
    table = Table("", "plan", "first come", box=None, pad_edge=False)
    for name, text in ROWS:
        table.add_row(name, text(answer.result), text(answer.first_come))
    screen.print(table)
    for line in lines_of(answer):
        screen.print(line, markup=False, soft_wrap=True)


def lines_of(answer: PlanOutput) -> list[str]:
    proof = answer.certificate
    lines = [
        f"Referrals proposed: {len(answer.referrals):,}; under way and kept: {len(answer.locked):,}.",
        "Certificate: no plan serves more weight"
        if proof.is_most_served
        else "Certificate: the bound leaves room for more weight to be served",
    ]
    if proof.is_proven:
        lines[-1] += ", and none scores better."
    elif proof.is_most_served:
        lines[-1] += f"; in score the best is at most {proof.gap:.1e} better."
    else:
        lines[-1] += "."
    counts = Counter((each.reason, each.urgency) for each in answer.unserved)
    if counts:
        lines.append("Not served, or not completely:")
    lines += [
        f"{count:>9,} {reason}{f', {urgency}' if urgency else ''}"
        for (reason, urgency), count in sorted(counts.items(), key=lambda each: -each[1])
    ]
    return lines
