"""One thread, one call after another."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref

import pytest

from serving.lane import Lane


def test_a_call_returns_its_result_and_raises_its_error() -> None:
    async def scenario() -> None:
        lane = Lane("trial")
        assert await lane.run(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await lane.run(lambda: 1 / 0)
        assert await lane.run(lambda: 8) == 8
        lane.close()

    asyncio.run(scenario())


def test_calls_never_overlap_and_keep_their_order() -> None:
    trace: list[str] = []

    def call(name: str) -> None:
        trace.append(f"{name} begins")
        time.sleep(0.01)
        trace.append(f"{name} ends")

    async def scenario() -> None:
        lane = Lane("trial")
        await asyncio.gather(*(lane.run(lambda name=name: call(name)) for name in "abc"))  # type: ignore[misc]
        lane.close()

    asyncio.run(scenario())
    assert trace == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


def test_the_loop_stays_free_while_a_call_runs() -> None:
    async def scenario() -> None:
        lane = Lane("trial")
        let_go = threading.Event()
        call = asyncio.ensure_future(lane.run(let_go.wait))
        await asyncio.sleep(0)
        let_go.set()  # only reached if the loop is free
        assert await call
        lane.close()

    asyncio.run(scenario())


def test_a_call_nobody_waits_for_any_more_is_skipped() -> None:
    ran: list[str] = []

    async def scenario() -> None:
        lane = Lane("trial")
        let_go = threading.Event()
        first = asyncio.ensure_future(lane.run(let_go.wait))
        second = asyncio.ensure_future(lane.run(lambda: ran.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        let_go.set()
        await first
        await lane.run(lambda: ran.append("third"))
        lane.close()

    asyncio.run(scenario())
    assert ran == ["third"]


def test_a_result_does_not_stay_in_memory() -> None:
    class Big:
        pass

    async def scenario() -> None:
        lane = Lane("trial")
        seen = weakref.ref(await lane.run(Big))
        await lane.run(lambda: None)
        gc.collect()
        assert seen() is None
        lane.close()

    asyncio.run(scenario())
