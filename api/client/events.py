"""Events as they happen, without a gap and without a repetition."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from api.client.answers import EventOutput
from api.client.errors import Overloaded, Unreachable, problem_of
from api.client.reading import read
from api.client.transport import LOST, Transport, address

SILENCE_SECONDS = 45.0  # the service says something every 15 seconds: who is silent for longer is gone


@dataclass(frozen=True, kw_only=True, slots=True)
class Event(EventOutput):
    """Something that was done; `cursor` is its place, to go on behind it another time."""

    cursor: str


def follow(transport: Transport, cursor: str | None) -> Iterator[Event]:
    """Yield events, after a lost connection those behind the last one.

    The first connection is tried as often as any request; later ones until the service is back.

    Raises
    ------
    Problem
        The service refused.
    Unreachable
        It could not be reached to begin with.
    """
    failures, has_begun = 0, False
    while True:
        wanted = None
        try:
            for event in _connected(transport, cursor):
                failures, has_begun = 0, True
                if isinstance(event, Event):
                    cursor = event.cursor
                    yield event
                else:
                    cursor = event
        except (Unreachable, Overloaded) as failure:
            wanted = failure.retry_after_seconds
            if not has_begun and (failures == transport.retries or not transport.waiting.is_worth_it(wanted)):
                raise
        transport.waiting.pause(failures, wanted)
        failures += 1


def _connected(transport: Transport, cursor: str | None) -> Iterator[Event | str]:
    """Yield what one connection brings: events, and cursors without one."""
    http = transport.http
    timeout = transport.timeout(SILENCE_SECONDS)
    headers = {"Accept": "text/event-stream", **({} if cursor is None else {"Last-Event-ID": cursor})}
    try:
        with http.stream("GET", address("events"), headers=headers, timeout=timeout) as response:
            if not response.is_success:
                response.read()
                raise problem_of(response)
            for told in httpx2.EventSource(response):
                yield read(Event, {**json.loads(told.data), "cursor": told.id}) if told.data else told.id
    except LOST as error:
        raise Unreachable(type(error).__name__) from error
