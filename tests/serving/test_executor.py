"""The executor runs calls one at a time, in order, off the event loop."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref

import pytest

from serving.executor import SingleThreadExecutor


def test_a_call_returns_its_result_and_raises_its_error() -> None:
    async def scenario() -> None:
        executor = SingleThreadExecutor("trial")
        assert await executor.run(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await executor.run(lambda: 1 / 0)
        assert await executor.run(lambda: 8) == 8
        executor.close()

    asyncio.run(scenario())


def test_calls_never_overlap_and_keep_their_order() -> None:
    trace: list[str] = []

    def call(name: str) -> None:
        trace.append(f"{name} begins")
        time.sleep(0.01)
        trace.append(f"{name} ends")

    async def scenario() -> None:
        executor = SingleThreadExecutor("trial")
        await asyncio.gather(*(executor.run(lambda name=name: call(name)) for name in "abc"))  # type: ignore[misc]
        executor.close()

    asyncio.run(scenario())
    assert trace == [f"{name} {step}" for name in "abc" for step in ("begins", "ends")]


def test_the_event_loop_is_not_blocked_while_a_call_runs() -> None:
    async def scenario() -> None:
        executor = SingleThreadExecutor("trial")
        release = threading.Event()
        call = asyncio.ensure_future(executor.run(release.wait))
        await asyncio.sleep(0)
        release.set()  # reached only if the event loop is not blocked
        assert await call
        executor.close()

    asyncio.run(scenario())


def test_a_call_that_is_cancelled_before_it_starts_is_skipped() -> None:
    ran: list[str] = []

    async def scenario() -> None:
        executor = SingleThreadExecutor("trial")
        release = threading.Event()
        first = asyncio.ensure_future(executor.run(release.wait))
        second = asyncio.ensure_future(executor.run(lambda: ran.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])  # its call is withdrawn only now
        release.set()
        await first
        await executor.run(lambda: ran.append("third"))
        executor.close()

    asyncio.run(scenario())
    assert ran == ["third"]


def test_a_result_does_not_stay_in_memory() -> None:
    class Big:
        pass

    async def scenario() -> None:
        executor = SingleThreadExecutor("trial")
        seen = weakref.ref(await executor.run(Big))
        await executor.run(lambda: None)
        gc.collect()
        assert seen() is None
        executor.close()

    asyncio.run(scenario())
