"""Background tasks whose errors are raised, work that is cancelled by an event, and waits between attempts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from starlette.types import Receive

T = TypeVar("T")


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """Run a TaskGroup that raises a single error as itself, not wrapped in an ExceptionGroup."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        if len(errors.exceptions) > 1:
            raise
        raise errors.exceptions[0] from None


@asynccontextmanager
async def background(
    *work: Coroutine[Any, Any, None], on_error: Callable[[Exception], None] | None = None
) -> AsyncIterator[None]:
    """Run `work` during the block and cancel it, the last one first, at the end of the block.

    An error in one of them cancels the block and is raised from it. With `on_error`, that is called instead and the
    block continues; web services pass `ServiceStatus.fail`, which stops the server gracefully.
    """

    async def reported(one: Coroutine[Any, Any, None], report: Callable[[Exception], None]) -> None:
        try:
            await one
        except Exception as error:  # the outermost call of background work
            report(error)

    async with task_group() as group:
        tasks = [group.create_task(reported(one, on_error) if on_error else one) for one in work]
        try:
            yield
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])


async def run_until(end: Awaitable[object], work: Awaitable[T]) -> T | None:
    """Return the result of `work`, or None if `end` comes first; then `work` is cancelled."""
    working, ending = asyncio.ensure_future(work), asyncio.ensure_future(end)
    try:
        await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        ending.cancel()
        await asyncio.gather(working, ending, return_exceptions=True)


async def client_disconnected(receive: Receive) -> None:
    """Wait until the client disconnects. The body of its request must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


def backoff_s(attempt: int, first_s: float, max_s: float, rng: random.Random | None = None) -> float:
    """Return the wait after attempt 0, 1, 2, …: doubling from `first_s` to `max_s`; with `rng`, ±25 % at random."""
    wait_s = min(first_s * 2.0 ** min(attempt, 64), max_s)
    return wait_s * rng.uniform(0.75, 1.25) if rng is not None else wait_s
