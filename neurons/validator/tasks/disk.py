"""Runs the store's calls in one thread, and keeps track of whether the state can be written.

A full disk, a locked or read-only file: the first failure is logged, then no call is tried for a second at a time, so
that requests do not queue up behind a lock. The first call that succeeds ends that state.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from neurons.validator.tasks.state import StateUnavailableError, is_temporary, unavailable
from serving.changes import ChangeLog
from serving.executor import SingleThreadExecutor

logger = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_S = 1.0
"""Time after a failure in which no call is tried."""


class StateDisk:
    """The store's thread. `now` returns monotonic seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._thread = SingleThreadExecutor("store")
        self._retry_at = 0.0
        self._log = ChangeLog(logger, "the state can be written again", level=logging.ERROR)

    @property
    def problem(self) -> str:
        """Why the last call failed, "" if it succeeded."""
        return self._log.problem

    async def run(self, call: Callable[[], T]) -> T:
        """Return the result of `call`. Raises StateUnavailableError if the state cannot be read or written now."""
        return await self._thread.run(lambda: self._try(call))

    def close(self) -> None:
        """Wait for the calls submitted so far, then end the thread."""
        self._thread.close(wait=True)

    def _try(self, call: Callable[[], T]) -> T:
        if self.problem and self._now() < self._retry_at:
            raise StateUnavailableError(self.problem)
        try:
            result = call()
        except sqlite3.Error as error:
            if not is_temporary(error):
                raise
            self._log.note(f"{unavailable(error)}; miners are asked to retry later")
            self._retry_at = self._now() + RETRY_S
            raise StateUnavailableError(self.problem) from error
        self._log.note()
        return result
