"""The gate: never more at work than may be, in the order of coming, and no place is lost."""

from __future__ import annotations

import asyncio

from api.limits.gate import Gate


def test_order_and_room() -> None:
    """Two at work, two waiting, the fifth is sent away; whoever waited longest is next."""

    async def scenario() -> None:
        gate = Gate(2, 2, seconds=60)
        assert [await gate.enter(), await gate.enter()] == [True, True]
        waiting = [asyncio.create_task(gate.enter()) for _ in range(2)]
        await asyncio.sleep(0)
        assert gate.is_full
        assert not await gate.enter()
        gate.leave()
        assert await waiting[0]
        assert not waiting[1].done()
        gate.leave()
        assert await waiting[1]
        gate.leave()
        gate.leave()
        assert [await gate.enter(), await gate.enter()] == [True, True]

    asyncio.run(scenario())


def test_waiting_ends() -> None:
    """Who has waited long enough is sent away, and no longer counts as waiting."""

    async def scenario() -> None:
        gate = Gate(1, 1, seconds=0.01)
        assert await gate.enter()
        assert not await gate.enter()
        assert not gate.is_full
        gate.leave()
        assert await gate.enter()

    asyncio.run(scenario())


def test_who_goes_away_gives_the_place_on() -> None:
    """A client that is cut off while it waits, or in the moment in which it is let in, holds no place."""

    async def scenario() -> None:
        gate = Gate(1, 2, seconds=60)
        assert await gate.enter()
        first, second = (asyncio.create_task(gate.enter()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        gate.leave()  # to the first, before it knows that it was cancelled
        assert await second
        assert first.cancelled() or await asyncio.gather(first, return_exceptions=True)
        gate.leave()
        assert await gate.enter()

    asyncio.run(scenario())
