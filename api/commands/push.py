"""`lastmeter push`: calls staff for needs that came with a load."""

from __future__ import annotations

import typer

from api.assembly import policy_of
from api.commands.session import JsonFlag, console, print_json, progress, session_of
from graph_models.bulk import every
from graph_models.domain.needs import Need, NeedStatus
from matcher.closed_loop.desk import Desk


def push(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Push active needs that nobody was called for, as if they were raised now: they climb from then on."""
    session = session_of(context)
    pushed = 0
    with session.open_store(must_exist=True) as store, progress("pushing", None) as advance:
        desk = Desk(store, policy_of(session.settings))
        for stored in every(store, Need, {"status": NeedStatus.ACTIVE}):
            if stored.value.escalation_level is None:
                pushed += desk.call(stored.value.id, session.clock.now())
                advance(1)
    if as_json:
        print_json({"pushed": pushed})
        return
    console().print(f"{pushed:,} needs pushed")
