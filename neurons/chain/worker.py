"""Runs a chain connection for an event loop: one thread owns it, calls have deadlines, a dead connection is replaced.

The SDK blocks, is not thread-safe, and can hang for minutes without an error. A call that misses its deadline is
abandoned with its thread and its connection; the next call opens a new connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from neurons.chain.contract import Chain, ChainUnavailable
from serving.executor import SingleThreadExecutor

logger = logging.getLogger(__name__)

T = TypeVar("T")


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

    `open_chain` connects (it blocks and may raise ChainUnavailable); `now` returns monotonic seconds.
    """

    def __init__(self, open_chain: Callable[[], Chain], deadlines: Deadlines, now: Callable[[], float]) -> None:
        self._open_chain = open_chain
        self._deadlines = deadlines
        self._now = now
        self._connection = _Connection(open_chain)
        self._lock = asyncio.Lock()
        self._height = 0
        self._risen_at = now()
        self._connected_at = now()

    @property
    def height(self) -> int:
        """Highest block seen so far."""
        return self._height

    @property
    def head_age_s(self) -> float:
        """Seconds since the head last rose."""
        return self._now() - self._risen_at

    async def read(self, call: Callable[[Chain], T]) -> T:
        """Return the result of a read. Raises ChainUnavailable (also for a missed deadline) or ChainError."""
        return await self._run(call, self._deadlines.read_s)

    async def write(self, call: Callable[[Chain], T]) -> T:
        """Return the result of a write. After ChainUnavailable it is unknown whether it took effect: read back."""
        return await self._run(call, self._deadlines.write_s)

    async def poll_head(self) -> int:
        """Read the height and return it; replace a connection on which it has stopped rising.

        Raises ChainStalledError after `give_up_s` without a new block.
        """
        try:
            height = await self.read(lambda chain: chain.block())
        except ChainUnavailable as error:
            logger.warning("the chain does not answer: %s", error)
            height = self._height
        now = self._now()
        if height > self._height:
            self._height, self._risen_at = height, now
        age_s = self.head_age_s
        if age_s > self._deadlines.give_up_s:
            raise ChainStalledError(f"no new block for {age_s:.0f} s (last: {self._height})")
        if age_s > self._deadlines.reconnect_s and now - self._connected_at > self._deadlines.reconnect_s:
            logger.warning("no new block for %.0f s: reconnecting", age_s)
            self._abandon()
        return self._height

    async def close(self) -> None:
        """Close the connection. A call that hangs in it is abandoned, with its daemon thread."""
        async with self._lock:
            self._connection.close()

    async def _run(self, call: Callable[[Chain], T], deadline_s: float) -> T:
        async with self._lock:
            try:
                return await asyncio.wait_for(asyncio.wrap_future(self._connection.submit(call)), deadline_s)
            except TimeoutError as error:
                self._abandon()
                raise ChainUnavailable(f"no answer from the chain within {deadline_s:g} s") from error

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
