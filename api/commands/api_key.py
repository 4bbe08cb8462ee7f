"""`lastmeter api-key issue|list|rotate|revoke`: credentials of programs, for who sits at the machine."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

import typer

from api import keyring
from api.commands.session import JsonFlag, Session, console, print_json, session_of
from api.keyring import Shown
from api.schemas.keys import ApiKeyResource
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import NotFound
from graph_models.domain.places import Area
from graph_models.ports import GraphStore
from matcher.closed_loop.acts import Act

OPERATOR = "local-operator"

app = typer.Typer(help="API keys in the store, without the service.", no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Id of the key, not its text.")]
AreaOption = Annotated[
    list[str] | None, typer.Option("--area", metavar="CODE", help="An area that it reaches; repeatable.")
]
DaysOption = Annotated[int | None, typer.Option("--days", min=1, max=3_650, help="Days until it expires.")]


@app.command("issue")
def issue(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    role: Annotated[Role, typer.Option(help="What it may do.")],
    area: AreaOption = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="It reaches all areas.")] = False,
    days: DaysOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Issue a key and print its text, which is shown once."""
    if bool(area) == everywhere:
        raise typer.BadParameter("name areas, or say --everywhere", param_hint="--area")
    session = session_of(context)
    act = _act(session)
    expires_at = None if days is None else act.at + timedelta(days=days)
    with session.open_store() as store:
        _check_there(store, area or [])
        shown = keyring.issue(store, act, name, role, None if everywhere else tuple(area or ()), expires_at)
    _show(shown, as_json=as_json)


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List all keys, those that were revoked as well; no text and no digest."""
    with session_of(context).open_store(must_exist=True) as store:
        keys = [ApiKeyResource.of(each.value) for each in store.scan(ApiKey)]
    if as_json:
        print_json({"api_keys": [each.model_dump(mode="json") for each in keys]})
        return
    for each in keys:
        areas = "everywhere" if each.jurisdiction is None else ", ".join(each.jurisdiction)
        end = f", revoked {each.revoked_at}" if each.revoked_at else f", until {each.expires_at or 'revoked'}"
        console().print(f"{each.id} {each.role}: {each.name}; {areas}{end}", soft_wrap=True, markup=False)


@app.command("rotate")
def rotate(
    context: typer.Context,
    key: KeyArgument,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=720, help="Hours for which the key before goes on working.")
    ] = 24,
    as_json: JsonFlag = False,
) -> None:
    """Issue a key that takes over from another one, and print its text."""
    session = session_of(context)
    with session.open_store(must_exist=True) as store:
        shown = keyring.rotate(store, _act(session), key, timedelta(hours=overlap_hours))
    _show(shown, as_json=as_json)


@app.command("revoke")
def revoke(context: typer.Context, key: KeyArgument, as_json: JsonFlag = False) -> None:
    """Take a key back: from now on it is refused."""
    session = session_of(context)
    with session.open_store(must_exist=True) as store:
        revoked = ApiKeyResource.of(keyring.revoke(store, _act(session), key))
    if as_json:
        print_json(revoked)
        return
    console().print(f"{revoked.id} revoked")


def _check_there(store: GraphStore, codes: list[str]) -> None:
    """Refuse areas that are not there; where there are none yet, say so and go on."""
    found = store.get_many(Area, codes)
    missing = [code for code in codes if code not in found]
    if not missing:
        return
    if store.count(Area):
        raise NotFound(Area.__name__, missing[0])
    told = f"lastmeter: the store holds no areas yet: nothing says that {', '.join(missing)} will be one"
    typer.echo(told, err=True)


def _act(session: Session) -> Act:
    return Act(OPERATOR, Role.ADMIN, session.clock.now(), f"cli-{secrets.token_hex(16)}")


def _show(shown: Shown, *, as_json: bool) -> None:
    if as_json:
        told = ApiKeyResource.of(shown.key).model_dump(mode="json")
        print_json({**told, "text": shown.text})
        return
    # The text alone in its line, for scripts and for the eye.
    console().print(f"{shown.key.id} issued; this is shown once:", soft_wrap=True)
    console().print(shown.text, soft_wrap=True, markup=False)
