"""Questions of one's own: access to a category, where to open stations, what a change would do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from api.commands.coverage.studies import (
    AreaOption,
    KOption,
    RowsOption,
    least_count,
    plain,
    print_value,
    read_city,
    refuse_unknown,
    say,
    show_table,
    text,
)
from api.commands.session import JsonFlag, print_json, session_of
from api.commands.suggest import point
from api.schemas.coverage import ChangeInput
from graph_models.domain.errors import InvalidValue, LastMeterError
from graph_models.domain.identifiers import AreaCode, CategoryId
from graph_models.domain.places import Datum
from matcher.coverage.access import Decay, DemandKind, SupplyKind
from matcher.coverage.disclosure import (
    OutcomeFigures,
    Stations,
    disclose_access,
    disclose_stations,
    disclose_trial,
)
from matcher.coverage.sites import SitingQuestion, propose_stations
from matcher.coverage.siting import Method
from matcher.coverage.what_if import Change, try_out
from matcher.coverage.worth import worth_of_units

CategoryArgument = Annotated[str, typer.Argument(metavar="CATEGORY", help="Entry of the service menu.")]
DemandOption = Annotated[DemandKind, typer.Option(help="Whom the units are shared among.")]
ServedOption = Annotated[DemandKind, typer.Option("--demand", help="Whom to serve.")]
SupplyOption = Annotated[SupplyKind, typer.Option(help="Which units count.")]
DecayOption = Annotated[Decay, typer.Option(help="How much less a longer way counts.")]
MethodArgument = Annotated[
    Method,
    typer.Argument(
        help="lscp: fewest stations for everybody; mclp: most people; p_median: shortest ways; p_center: "
        "shortest longest way."
    ),
]
CountOption = Annotated[int | None, typer.Option(help="Stations to open; not for lscp.", min=1)]
LimitKmOption = Annotated[
    float | None, typer.Option("--limit-km", help="How far a station serves; for lscp and mclp.")
]
ShortageOption = Annotated[
    str | None,
    typer.Option("--category", metavar="ID", help="Only demand that nobody can meet in this category."),
]
KeepFlag = Annotated[
    bool, typer.Option("--keep-stations", help="Communities that have a station count as open.")
]
TimeOption = Annotated[float, typer.Option("--time-limit", help="Seconds to look for better sites.", min=1)]
CloseOption = Annotated[
    list[str] | None, typer.Option("--close", metavar="PROVIDER", help="A provider stops; repeatable.")
]
AddOption = Annotated[
    list[str] | None,
    typer.Option("--add", metavar="PROVIDER=UNITS", help="It can take so many more units; repeatable."),
]
MoveOption = Annotated[
    list[str] | None,
    typer.Option("--move", metavar="PROVIDER=LAT,LON", help="It goes to another place; repeatable."),
]
TrainOption = Annotated[
    list[str] | None,
    typer.Option(
        "--train",
        metavar="SKILL=COUNT@AREA",
        help="So many volunteers of an area learn a skill; repeatable.",
    ),
]
ChangesOption = Annotated[
    Path | None,
    typer.Option(
        "--changes", help="JSON array of changes as in POST /v1/coverage/what-if, new providers too."
    ),
]
FIGURES = tuple(OutcomeFigures.__dataclass_fields__)


def access(
    context: typer.Context,
    category: CategoryArgument,
    demand: DemandOption = DemandKind.POPULATION,
    supply: SupplyOption = SupplyKind.REMAINING,
    decay: DecayOption = Decay.NONE,
    area: AreaOption = None,
    limit: RowsOption = 50,
    k: KOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure access to a category by two-step floating catchments, worst communities first."""
    session = session_of(context)
    with read_city(session) as city:
        refuse_unknown(city, area, category)
        found = disclose_access(city, CategoryId(category), demand, supply, decay, least_count(session, k))
    if as_json:
        print_value(found)
        return
    rows = [each for each in found.communities if area is None or each.area_code.startswith(area)]
    rows.sort(key=lambda each: (each.providers > 0, each.ratio is None, each.ratio or 0.0, each.area_code))
    show_table(
        f"Access to {category}: units for each one of {demand.value.replace('_', ' ')}",
        ("community", "ratio", "providers", "units"),
        [
            (each.area_code, each.ratio if each.providers else "nobody reaches", each.providers, each.units)
            for each in rows[:limit]
        ],
    )


def sites(
    context: typer.Context,
    method: MethodArgument,
    count: CountOption = None,
    limit_km: LimitKmOption = None,
    demand: ServedOption = DemandKind.RESIDENTS,
    category: ShortageOption = None,
    area: AreaOption = None,
    keep_stations: KeepFlag = False,
    time_limit: TimeOption = 110.0,
    k: KOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Choose communities in which to open stations. People and places covered are told apart."""
    session = session_of(context)
    question = SitingQuestion(
        method,
        count,
        limit_km,
        demand,
        None if category is None else CategoryId(category),
        None if area is None else AreaCode(area),
        keep_stations,
        time_limit,
    )
    with read_city(session) as city:
        found = disclose_stations(city, propose_stations(city, question), least_count(session, k))
    if as_json:
        print_value(found)
        return
    names = {each.code: each.name for each in city.communities}
    show_table("Open stations in", ("community", "name"), [(code, names[code]) for code in found.opened])
    say(
        f"People within reach of a station: {text(found.covered_demand)} of {text(found.demand)}.",
        f"Communities within reach of one: {found.covered_places:,} of {found.places:,}.",
        *_ways(found),
        "No choice of sites is better."
        if found.is_optimal
        else f"The best choice of sites is at most {found.gap:.2%} better.",
    )


def _ways(found: Stations) -> Iterator[str]:
    """Say what a method without limit, within which everybody is, is about."""
    if found.method == Method.P_CENTER:
        yield f"Longest way to a station: {found.objective:.1f} km."
    if found.method == Method.P_MEDIAN and found.demand:
        yield f"Mean way to a station: about {found.objective / found.demand:.1f} km."


def what_if(
    context: typer.Context,
    close: CloseOption = None,
    add: AddOption = None,
    move: MoveOption = None,
    train: TrainOption = None,
    changes: ChangesOption = None,
    k: KOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Try changes out on a copy of the city, and compare. Nothing is written."""
    session = session_of(context)
    wanted = [
        *({"kind": "close", "provider_id": each} for each in close or ()),
        *(_addition(each) for each in add or ()),
        *(_move(each) for each in move or ()),
        *(_training(each) for each in train or ()),
    ]
    several = _read([*wanted, *_from_file(changes)])
    with read_city(session) as city:
        found = disclose_trial(city, try_out(city, several), least_count(session, k))
    if as_json:
        print_value(found)
        return
    rows = [(name, getattr(found.before, name), getattr(found.after, name)) for name in FIGURES]
    rows = [row for row in rows if not isinstance(row[1], dict)]
    rows += [
        (f"unmet units: {cause}", found.before.unmet_units[cause], found.after.unmet_units[cause])
        for cause in found.before.unmet_units
    ]
    show_table(
        f"{len(found.changed):,} providers changed",
        ("", "before", "after"),
        [(str(name).replace("_", " "), *values) for name, *values in rows],
    )
    say(f"The categories that nobody serves change in {len(found.communities):,} communities.")


def _addition(given: str) -> dict[str, object]:
    provider_id, _, units = given.rpartition("=")
    if not provider_id or not units.lstrip("-").isdigit():
        raise typer.BadParameter("must be PROVIDER=UNITS, such as station-1=5", param_hint="--add")
    return {"kind": "add_capacity", "provider_id": provider_id, "units": int(units)}


def _move(given: str) -> dict[str, object]:
    provider_id, _, where = given.rpartition("=")
    try:
        location = point(where, Datum.WGS84)
    except typer.BadParameter as error:
        raise typer.BadParameter("must be PROVIDER=LAT,LON", param_hint="--move") from error
    return {"kind": "move", "provider_id": provider_id, "location": location}


def _training(given: str) -> dict[str, object]:
    skill_id, _, rest = given.rpartition("=")
    count, _, area_code = rest.partition("@")
    if not skill_id or not count.isdigit() or not area_code:
        raise typer.BadParameter(
            "must be SKILL=COUNT@AREA, such as legal.advice=20@440103", param_hint="--train"
        )
    return {"kind": "train", "skill_id": skill_id, "count": int(count), "area_code": area_code}


def _from_file(path: Path | None) -> list[object]:
    if path is None:
        return []
    try:
        found = TypeAdapter(list[object]).validate_json(path.read_bytes())
    except OSError as error:
        raise LastMeterError(f"--changes: {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise LastMeterError(f"--changes: {path} is not a JSON array") from error
    return found


def _read(wanted: list[object]) -> list[Change]:
    """Hold changes against the schema of the HTTP interface, and turn them into values."""
    try:
        inputs = TypeAdapter(list[ChangeInput]).validate_python(wanted)
        return [each.to_domain() for each in inputs]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise LastMeterError(f"change {place}: {first['msg']}") from error
    except InvalidValue as error:
        raise LastMeterError(str(error)) from error


def worth(context: typer.Context, limit: RowsOption = 50, as_json: JsonFlag = False) -> None:
    """Name the providers at which one more unit is worth most, by the prices of the best plan: for staff."""
    with read_city(session_of(context)) as city:
        found = worth_of_units(city, limit)
    if as_json:
        print_json({"providers": plain(found)})
        return
    show_table(
        "What one more unit is worth at most",
        ("provider", "kind", "community", "urgency-weighted needs", "score"),
        [(each.provider_id, each.kind, each.community_code or "", each.weight, each.score) for each in found],
    )
