"""One thread that runs calls one after another, for work that must not overlap: a device, a renderer.

Unlike a pool's threads it does not keep the process from exiting while a call is stuck.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import queue
import threading
from collections.abc import Callable
from typing import TypeVar, cast

Result = TypeVar("Result")


class Lane:
    """A first-in, first-out thread. `run` may be awaited from any event loop; the caller bounds what it hands in."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def run(self, call: Callable[[], Result]) -> Result:
        """What `call` returns or raises. If the waiter is cancelled, a call that has not begun is skipped."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self._calls.put(_Call(call, loop, future))
        return cast("Result", await future)

    def close(self) -> None:
        """Let the thread end after the calls handed in so far."""
        self._calls.put(None)

    def _work(self) -> None:
        while (item := self._calls.get()) is not None:
            item.answer()
            del item  # or the last result would stay in memory until the next call


class _Call:
    def __init__(
        self, call: Callable[[], object], loop: asyncio.AbstractEventLoop, future: asyncio.Future[object]
    ) -> None:
        self._call = call
        self._loop = loop
        self._future = future

    def answer(self) -> None:
        if self._future.cancelled():
            return
        try:
            result = self._call()
        except BaseException as error:  # whatever it is, the waiter must hear of it
            self._tell(functools.partial(self._future.set_exception, error))
        else:
            self._tell(functools.partial(self._future.set_result, result))

    def _tell(self, settle: Callable[[], None]) -> None:
        def settle_if_awaited() -> None:
            if not self._future.done():
                settle()

        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody is waiting
            self._loop.call_soon_threadsafe(settle_if_awaited)
