"""Runs a chain connection for an event loop: one thread owns it, calls have deadlines, a dead connection is replaced.

The SDK blocks, is not thread-safe, and can hang for minutes without an error. A call that misses its deadline is
abandoned with its thread and its connection; the next call opens a new connection. A node that fails again and again is
asked less and less often.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from neurons.chain.contract import Chain, ChainError, ChainUnavailable
from serving.changes import ChangeLog
from serving.executor import SingleThreadExecutor
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE_S = 2.0
MAX_PAUSE_S = 10.0
"""Pauses between calls to a chain that keeps failing: from the second failure on, each twice as long as the last."""
CHANGE_AFTER = 4
"""Failures in a row after which the next of several nodes is used. With one node the connection is kept: it replaces a
lost socket by itself, while opening another one takes a dozen requests and a megabyte."""


class ChainStalledError(ChainUnavailable):
    """No new block for too long, not even after reconnecting: the process should be restarted."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait for the chain, in seconds."""

    read_s: float = 60.0  # a snapshot of 1024 seats takes up to 7 s
    write_s: float = 180.0  # inclusion and finalisation take several blocks of 12 s
    reconnect_s: float = 120.0  # connect again after this long (10 blocks) without a new block
    give_up_s: float = 900.0  # raise ChainStalledError after this long


class ChainWorker:
    """Runs calls on a `Chain` in a thread, one at a time, and tracks the height of the chain's head.

    `open_chain` connects, each time to the next of `nodes` nodes (it blocks and may raise ChainUnavailable); `now`
    returns monotonic seconds.
    """

    def __init__(
        self, open_chain: Callable[[], Chain], deadlines: Deadlines, now: Callable[[], float], nodes: int = 1
    ) -> None:
        self._open_chain = open_chain
        self._nodes = nodes
        self._deadlines = deadlines
        self._now = now
        self._connection = _Connection(open_chain)
        self._lock = asyncio.Lock()
        self._rng = random.Random()  # noqa: S311  spreads the load of many neurons over time
        self._failures = 0  # since the last answer
        self._last_failure = ""
        self._paused_until = now()
        self._height = 0
        self._risen_at = self._connected_at = self._polled_at = now()
        self._stalled_s = 0.0  # without a new block, while this process ran
        self._log = ChangeLog(logger, "the chain answers again")

    @property
    def height(self) -> int:
        """Highest block seen so far."""
        return self._height

    @property
    def head_age_s(self) -> float:
        """Seconds since the head last rose."""
        return self._now() - self._risen_at

    async def read(self, call: Callable[[Chain], T]) -> T:
        """Return the result of a read. Raises ChainError, or ChainUnavailable, also after a deadline or in a pause."""
        return await self._run(call, self._deadlines.read_s)

    async def write(self, call: Callable[[Chain], T]) -> T:
        """Return the result of a write. After ChainUnavailable it is unknown whether it took effect: read back."""
        return await self._run(call, self._deadlines.write_s)

    async def poll_head(self) -> int:
        """Read the height and return it, the last one known if it cannot be read.

        Replaces a connection on which the height has stopped rising. Raises ChainStalledError after `give_up_s` without
        a new block, and ChainError before the first one. The time in which this process was frozen does not count.
        """
        reconnect_s = self._deadlines.reconnect_s
        height = await self._read_head()
        now = self._now()
        self._stalled_s += min(now - self._polled_at, reconnect_s)  # longer pauses are those of a frozen process
        self._polled_at = now
        if height > self._height:
            self._height, self._risen_at, self._stalled_s = height, now, 0.0
        age_s = self.head_age_s
        if self._stalled_s > self._deadlines.give_up_s:
            raise ChainStalledError(f"no new block for {age_s:.0f} s (last: {self._height})")
        if age_s > reconnect_s and now - self._connected_at > reconnect_s:
            logger.warning("no new block for %.0f s: reconnecting", age_s)
            self._abandon()
        return self._height

    async def close(self) -> None:
        """Close the connection. A call that hangs in it is abandoned, with its daemon thread."""
        self._connection.close()

    async def _read_head(self) -> int:
        try:
            height = await self.read(lambda chain: chain.block())
        except ChainError as error:
            if not (self._height or isinstance(error, ChainUnavailable)):
                raise
            self._log.note(f"the chain is unavailable: {error}")
            return self._height
        self._log.note()
        return height

    async def _run(self, call: Callable[[Chain], T], deadline_s: float) -> T:
        async with self._lock:
            if self._now() < self._paused_until:
                raise ChainUnavailable(self._last_failure)
            try:
                result = await asyncio.wait_for(asyncio.wrap_future(self._connection.submit(call)), deadline_s)
            except TimeoutError as error:
                self._abandon()
                self._count_failure(reason := f"no answer from the chain within {deadline_s:g} s")
                raise ChainUnavailable(reason) from error
            except ChainError as error:
                self._count_failure(str(error))
                raise
            self._failures = 0
            return result

    def _count_failure(self, reason: str) -> None:
        """Note that a call failed: pause from the second failure in a row on, and after some use another node."""
        self._failures += 1
        self._last_failure = reason
        if self._failures > 1:
            pause_s = backoff_s(self._failures - 2, FIRST_PAUSE_S, MAX_PAUSE_S, self._rng)
            self._paused_until = self._now() + pause_s
        if self._nodes > 1 and self._failures % CHANGE_AFTER == 0:
            self._abandon()

    def _abandon(self) -> None:
        """Replace the connection and its thread, in which a call may still hang."""
        self._connection.close()
        self._connection = _Connection(self._open_chain)
        self._connected_at = self._now()


class _Connection:
    """A connection that the first call opens, and the thread that owns it."""

    def __init__(self, open_chain: Callable[[], Chain]) -> None:
        self._open_chain = open_chain
        self._chain: Chain | None = None
        self._executor = SingleThreadExecutor("chain")

    def submit(self, call: Callable[[Chain], T]) -> Future[T]:
        """Queue a call and return its future."""
        return self._executor.submit(lambda: call(self._open()))

    def close(self) -> None:
        """Close the connection after the current call, if that ever returns."""
        self._executor.submit(lambda: self._chain.close() if self._chain is not None else None)
        self._executor.close()

    def _open(self) -> Chain:
        if self._chain is None:
            self._chain = self._open_chain()
        return self._chain
