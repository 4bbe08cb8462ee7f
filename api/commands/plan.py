"""`lastmeter plan`: providers for all open needs at once, with the proof that it is a best plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.commands.session import JsonFlag, console, print_json, session_of, stages
from api.commands.suggest import open_matcher
from api.schemas.plans import PlanOutput, TallyOutput
from graph_models.domain.errors import LastMeterError, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId
from matcher.planning import PlanScope

AreaOption = Annotated[
    list[str] | None, typer.Option("--area", metavar="CODE", help="Only needs in this area; repeatable.")
]
CategoryOption = Annotated[
    list[str] | None,
    typer.Option("--category", metavar="ID", help="Only needs of this category; repeatable."),
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
    as_json: JsonFlag = False,
) -> None:
    """Find the best providers for all open needs at once, and say how much better that is than first come.

    Nothing is written: a plan is a proposal. --json prints all of it, with its certificate.
    """
    session = session_of(context)
    scope = PlanScope(frozenset(map(AreaCode, area or ())), frozenset(map(CategoryId, category or ())))
    with session.open_store(must_exist=True) as store, stages("plan") as tell:
        matcher = open_matcher(session, store)
        try:
            answer = PlanOutput.of(matcher.plan(scope, tell))
        except UnknownReference as error:
            option = "--area" if error.field == "area_codes" else "--category"
            raise LastMeterError(f"{option}: there is no {error.kind} {error.key!r} in the store") from error
    if as_json:
        print_json(answer)
    else:
        show(answer, console())


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
        f"Certificate: at most {proof.gap:.1e} of the score from the best plan"
        if proof.is_most_served
        else "Certificate: the bound leaves room for more to be served",
    ]
    lines[-1] += ", and no plan is better." if proof.is_proven else "."
    counts = Counter((each.reason, each.urgency) for each in answer.unserved)
    if counts:
        lines.append("Not served, or not completely:")
    lines += [
        f"{count:>9,} {reason}{f', {urgency}' if urgency else ''}"
        for (reason, urgency), count in sorted(counts.items(), key=lambda each: -each[1])
    ]
    return lines
