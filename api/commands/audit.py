"""`lastmeter audit`: what was done, and whether the record of it is the one that was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Annotated

import orjson
import typer

from api.commands.session import JsonFlag, console, print_json, session_of
from api.schemas.events import AuditEventOutput
from graph_models.bulk import every
from graph_models.domain.audit import AuditEvent
from graph_models.stores.chain import GENESIS
from graph_models.stores.verification import Fault, Head, verify
from matcher.closed_loop.records import recall

app = typer.Typer(help="The audit trail: verify, note its head, replay, list.", no_args_is_help=True)

HeadOption = Annotated[
    str | None,
    typer.Option("--head", metavar="SEQUENCE:CHAIN", help="A head that was noted elsewhere."),
]
NeedOption = Annotated[str | None, typer.Option("--need", help="Events about a need.")]
ObjectOption = Annotated[str | None, typer.Option("--object", help="Events about an object.")]
ActorOption = Annotated[str | None, typer.Option("--actor", help="Events of somebody.")]
LimitOption = Annotated[int, typer.Option(help="Most events.", min=1, max=100_000)]


@app.command("verify")
def verify_command(context: typer.Context, head: HeadOption = None, as_json: JsonFlag = False) -> None:
    """Walk the whole history and name the first thing that is not as it was written."""
    known = None if head is None else head_from(head)
    with session_of(context).open_store(must_exist=True) as store:
        found = verify(store, known=known)
    if as_json:
        print_json(
            {
                "is_sound": found.fault is None,
                "sequence": found.head.sequence,
                "chain": found.head.chain,
                "events": found.event_count,
                "fault": None if found.fault is None else asdict(found.fault),
            }
        )
    else:
        told = "sound" if found.fault is None else f"not sound: {words_of(found.fault)}"
        count = f"{found.head.sequence:,} change sets and {found.event_count:,} audit events"
        console().print(f"{told}; as written: {count}", soft_wrap=True)
    if found.fault is not None:
        raise typer.Exit(1)


@app.command("head")
def head_command(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Print what to note elsewhere: with it, cutting off or rewriting anything up to now is found."""
    with session_of(context).open_store(must_exist=True) as store:
        sequence = store.head()
        last = store.changes_since(sequence - 1, limit=1) if sequence else ()
    chain = last[0].chain if last else GENESIS
    if as_json:
        print_json({"sequence": sequence, "chain": chain})
    else:
        console().print(f"{sequence}:{chain}", soft_wrap=True)


@app.command("replay")
def replay_command(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Id of a recorded list of suggestions.")],
    as_json: JsonFlag = False,
) -> None:
    """Make a recorded list of suggestions again from what was recorded with it, and compare.

    Also with the digest by which the audit trail cites it: a record that was put in its place is told.
    """
    with session_of(context).open_store(must_exist=True) as store:
        found = recall(store, record)
    made = found.replay
    recorded, replayed = orjson.loads(made.recorded), orjson.loads(made.replayed)
    if as_json:
        told = {"is_equal": made.is_equal, "is_as_cited": found.is_as_cited}
        print_json({**told, "recorded": recorded, "replayed": replayed})
    else:
        word = "equal" if made.is_equal else "different"
        console().print(f"{word}: {len(recorded)} suggestions of {found.record.created_at.isoformat()}")
        if not found.is_as_cited:
            console().print("not the record that the audit trail cites")
        for line in () if made.is_equal else differences(recorded, replayed):
            console().print(line, markup=False, soft_wrap=True)
    if not found.is_sound:
        raise typer.Exit(1)


@app.command("list")
def list_command(
    context: typer.Context,
    need: NeedOption = None,
    of: ObjectOption = None,
    actor: ActorOption = None,
    limit: LimitOption = 1_000,
    as_json: JsonFlag = False,
) -> None:
    """List events in the order of time."""
    where = {name: key for name, key in (("need_id", need), ("object_id", of)) if key is not None}
    with session_of(context).open_store(must_exist=True) as store:
        found = (each.value for each in every(store, AuditEvent, where) if actor in (None, each.value.actor))
        listed = list(islice(found, limit))
    if as_json:
        outputs = [AuditEventOutput.model_validate(each).model_dump(mode="json") for each in listed]
        print_json({"events": outputs})
        return
    for each in listed:
        console().print("\n".join(lines_of(each)), markup=False, soft_wrap=True)


def lines_of(event: AuditEvent) -> Iterator[str]:
    """Say what was done and by whom, then the ids that lead on, each in a line that can be copied."""
    time = event.recorded_at.isoformat(timespec="seconds")
    yield f"{time}  {event.action}{f' ({event.reason})' if event.reason else ''}"
    yield f"  by {event.actor} ({event.role})"
    of_need = event.need_id if event.need_id != event.object_id else None
    ids = {
        event.object_kind: event.object_id,
        "need": of_need,
        "suggestions": event.suggestion_id,
        "request": event.request_id,
    }
    yield from (f"  {name} {key}" for name, key in ids.items() if key is not None)


def head_from(text: str) -> Head:
    """Read what `audit head` printed."""
    sequence, _, chain = text.partition(":")
    is_number = sequence.isascii() and sequence.isdigit() and len(sequence) <= 18
    if not is_number or len(chain) != len(GENESIS) or not set(chain) <= set("0123456789abcdef"):
        raise typer.BadParameter("must be what `lastmeter audit head` printed", param_hint="--head")
    return Head(int(sequence), chain)


def words_of(fault: Fault) -> str:
    """Say what is wrong where."""
    place = "no change set" if fault.sequence is None else f"change set {fault.sequence}"
    return f"{fault.kind} ({place}{f', event {fault.event_id}' if fault.event_id else ''})"


def differences(recorded: list[object], replayed: list[object]) -> Iterator[str]:
    """Name each rank at which two lists are not the same."""
    for rank in range(max(len(recorded), len(replayed))):
        one, other = recorded[rank : rank + 1], replayed[rank : rank + 1]
        if one != other:
            yield f"{rank + 1:>4}. recorded {orjson.dumps(one).decode()}"
            yield f"      replayed {orjson.dumps(other).decode()}"
