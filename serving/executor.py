"""One thread that runs calls one after another, for work that must not overlap: a device, a database, a connection.

Unlike the threads of `concurrent.futures`, it does not keep the process from exiting while a call is stuck.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class SingleThreadExecutor:
    """A daemon thread that takes calls first in, first out. The queue is unbounded: callers limit what they submit."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, call: Callable[[], T]) -> T:
        """Return or raise what `call` does. If the waiter is cancelled, a call that has not started is skipped."""
        return await asyncio.wrap_future(self.submit(call))

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Queue a call and return its future."""
        future: Future[T] = Future()
        self._calls.put((call, future))
        return future

    def close(self, *, wait: bool = False) -> None:
        """Let the thread end after the calls submitted so far; with `wait`, block until it has."""
        self._calls.put(None)
        if wait:
            self._thread.join()

    def _work(self) -> None:
        while (item := self._calls.get()) is not None:
            call, future = item
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # any error is raised in the waiter
                    future.set_exception(error)
            del item, call, future  # or the last result would stay in memory until the next call
