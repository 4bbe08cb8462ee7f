"""`lastmeter suggest`: ranked, explained providers for one need."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic import ValidationError

from api.commands.answers import show
from api.commands.session import JsonFlag, Session, console, print_json, session_of
from api.live.warm_start import WarmStart
from api.parameters import read_parameters
from api.schemas.suggestions import SuggestionAnswer, SuggestionRequest
from graph_models.domain.errors import InvalidValue, LastMeterError, UnknownReference
from graph_models.domain.identifiers import MAX_ID_LENGTH, NeedId
from graph_models.domain.places import Datum
from graph_models.ports import GraphStore
from matcher.use_cases import LiveMatcher

MAX_LATITUDE, MAX_LONGITUDE = 90, 180
# Which option a member of the request comes from.
_OPTION_OF = {
    "category_id": "category",
    "location": "near",
    "community_code": "community",
    "units": "units",
    "required_skills": "skill",
    "age": "age",
    "hardship": "hardship",
    "languages": "language",
    "accessibility": "accessibility",
}
_ID_RULE = f"must be 1 to {MAX_ID_LENGTH} letters, digits or . _ : ~ -, a letter or digit first"
_RULE_OF_ERROR = {
    "string_pattern_mismatch": _ID_RULE,
    "string_too_long": _ID_RULE,
    "unique": "must name each entry once",
}

NeedArgument = Annotated[
    str | None, typer.Argument(metavar="NEED", help="Id of a stored need; or describe one with --category.")
]
LimitOption = Annotated[int, typer.Option(help="Most suggestions.", min=1, max=100)]
ExplainFlag = Annotated[bool, typer.Option("--explain", help="Say why there are not more in any case.")]
CategoryOption = Annotated[str | None, typer.Option(help="Category of a need that is not stored.")]
NearOption = Annotated[str | None, typer.Option(metavar="LAT,LON", help="Where help is wanted.")]
CrsOption = Annotated[Datum, typer.Option(help="Datum of --near.", case_sensitive=False)]
CommunityOption = Annotated[str | None, typer.Option(help="Community in which help is wanted.")]
UnitsOption = Annotated[int, typer.Option(help="Units wanted.", min=1, max=10_000)]
SkillOption = Annotated[
    list[str] | None, typer.Option("--skill", metavar="ID[:LEVEL]", help="Skill to require; repeatable.")
]
AgeOption = Annotated[int | None, typer.Option(help="Age of the resident.", min=0, max=140)]
HardshipOption = Annotated[list[str] | None, typer.Option(help="Category of hardship; repeatable.")]
LanguageOption = Annotated[list[str] | None, typer.Option(help="Language tag; repeatable.")]
AccessibilityOption = Annotated[list[str] | None, typer.Option(help="What has to be offered; repeatable.")]


def suggest(
    context: typer.Context,
    need: NeedArgument = None,
    limit: LimitOption = 10,
    explain: ExplainFlag = False,
    category: CategoryOption = None,
    near: NearOption = None,
    crs: CrsOption = Datum.WGS84,
    community: CommunityOption = None,
    units: UnitsOption = 1,
    skill: SkillOption = None,
    age: AgeOption = None,
    hardship: HardshipOption = None,
    language: LanguageOption = None,
    accessibility: AccessibilityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Rank the providers for a need, best first, and say why.

    Either name a stored NEED, or describe one: --category with --near or --community.
    """
    if (need is None) == (category is None):
        raise typer.BadParameter("give either NEED or --category")
    describing = (near, community, skill, age, hardship, language, accessibility)
    if need is not None and (units != 1 or any(each is not None for each in describing)):
        raise typer.BadParameter("options that describe a need do not go with a stored NEED")
    request = None
    if need is None:
        request = described(
            need={
                "category_id": category,
                "location": None if near is None else point(near, crs),
                "community_code": community,
                "units": units,
                "required_skills": None if skill is None else [requirement(each) for each in skill],
            },
            resident={
                "age": age,
                "hardship": hardship,
                "languages": language,
                "accessibility": accessibility,
            },
            limit=limit,
            explain=explain,
        )
        if near is None and community is None:
            raise typer.BadParameter("say where help is wanted, with --near or --community")
    session = session_of(context)
    with session.open_store(must_exist=True) as store:
        matcher = open_matcher(session, store)
        if request is None:
            answer = SuggestionAnswer.of(matcher.suggest(NeedId(need or ""), limit, explain))
        else:
            with blaming_options():
                answer = SuggestionAnswer.of(request.ask(matcher, session.clock.now()))
    if as_json:
        print_json(answer)
    else:
        show(answer, console())


def open_matcher(session: Session, store: GraphStore) -> LiveMatcher:
    """Make the matcher from the index that a server saved, if there is one; a command saves none itself."""
    parameters = read_parameters(session.settings.parameters_file)
    return WarmStart(session.index_path, store, session.clock, parameters, warn).load()


def warn(event: str, why: str) -> None:
    sys.stderr.write(f"lastmeter: {event}: {why}\n")


def point(near: str, crs: Datum) -> dict[str, object]:
    """Read the value of --near; latitude comes first."""
    first, comma, second = near.partition(",")
    try:
        latitude, longitude = float(first), float(second)
    except ValueError:
        comma = ""
    if not comma:
        raise refused("near", "must be two numbers in degrees, like 23.129,113.264")
    if not (abs(latitude) <= MAX_LATITUDE and abs(longitude) <= MAX_LONGITUDE):
        rule = "must be a latitude from -90 to 90 and a longitude from -180 to 180"
        is_swapped = abs(longitude) <= MAX_LATITUDE and abs(latitude) <= MAX_LONGITUDE
        raise refused("near", f"{rule}: is it swapped? Latitude comes first" if is_swapped else rule)
    return {"latitude": latitude, "longitude": longitude, "crs": crs.value}


def requirement(text: str) -> dict[str, object]:
    """Read a value of --skill."""
    skill_id, colon, given = text.partition(":")
    try:
        level = float(given) if colon else 0.0
    except ValueError:
        level = -1.0
    if not 0 <= level <= 1:
        raise refused("skill", "must end in a level from 0 to 1, like nursing.wound_care:0.5")
    return {"skill_id": skill_id, "min_level": level}


def described(**members: object) -> SuggestionRequest:
    """Check the options by the rules of the HTTP interface, and blame the option that breaks one."""
    try:
        return SuggestionRequest.model_validate(members)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        names = [_OPTION_OF[each] for each in first["loc"] if each in _OPTION_OF]
        raise refused(names[0], _RULE_OF_ERROR.get(first["type"], first["msg"])) from error


@contextmanager
def blaming_options() -> Iterator[None]:
    """Name the option instead of the member that it became, where a rule or the store refuses it."""
    try:
        yield
    except (InvalidValue, UnknownReference) as error:
        names = [_OPTION_OF[each] for each in error.field.split(".") if each in _OPTION_OF]
        if not names:
            raise
        if isinstance(error, InvalidValue):
            raise refused(names[0], f"must {error.rule}") from error
        raise LastMeterError(f"--{names[0]}: there is no {error.kind} {error.key!r} in the store") from error


def refused(option: str, why: str) -> typer.BadParameter:
    return typer.BadParameter(why, param_hint=f"--{option}")
