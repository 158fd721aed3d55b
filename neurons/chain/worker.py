"""A chain used from an event loop: one thread owns the connection, every call has a deadline, a dead one is replaced.

The SDK blocks, is not thread-safe, and can hang for minutes without an error. Here a call that outlives its deadline
is given up with its thread and its connection; the next call opens a new one. Knows no rules of the subnet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from neurons.chain.contract import Chain, ChainUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")


class ChainStalled(ChainUnavailable):
    """No new block for too long, reconnecting included: the process should end and be started anew."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait for the chain, in seconds."""

    read_s: float = 60.0  # a snapshot of 1024 seats takes up to 7 s
    write_s: float = 180.0  # inclusion and finalisation take several blocks of 12 s
    reconnect_s: float = 120.0  # without a new block for so long (10 blocks), a new connection is made
    give_up_s: float = 900.0  # and after so long the process ends


class ChainWorker:
    """Runs calls on a `Chain` in a thread of its own, one at a time.

    `open_chain` makes a connection (it blocks and may raise ChainUnavailable); `now` gives monotonic seconds.
    """

    def __init__(self, open_chain: Callable[[], Chain], deadlines: Deadlines, now: Callable[[], float]) -> None:
        self._open_chain = open_chain
        self._deadlines = deadlines
        self._now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chain")
        self._chain: Chain | None = None
        self._turn = asyncio.Lock()
        self._height = 0
        self._risen_at = now()
        self._connected_at = now()

    @property
    def height(self) -> int:
        """The highest block seen so far."""
        return self._height

    async def read(self, call: Callable[[Chain], T]) -> T:
        """The result of a read. Raises ChainUnavailable (also for a missed deadline) or ChainError."""
        return await self._run(call, self._deadlines.read_s)

    async def write(self, call: Callable[[Chain], T]) -> T:
        """The result of a write. After ChainUnavailable it is unknown whether it took effect: read back."""
        return await self._run(call, self._deadlines.write_s)

    async def watch(self) -> int:
        """Reads the height and returns it; replaces a connection that stands still.

        Raises ChainStalled after `give_up_s` without a new block; the process should then end.
        """
        try:
            height = await self.read(lambda chain: chain.block())
        except ChainUnavailable as error:
            logger.warning("the chain does not answer: %s", error)
            height = self._height
        now = self._now()
        if height > self._height:
            self._height, self._risen_at = height, now
        still_s = now - self._risen_at
        if still_s > self._deadlines.give_up_s:
            raise ChainStalled(f"no new block for {still_s:.0f} s (last: {self._height})")
        if still_s > self._deadlines.reconnect_s and now - self._connected_at > self._deadlines.reconnect_s:
            logger.warning("no new block for %.0f s: reconnecting", still_s)
            self._abandon()
        return self._height

    async def close(self) -> None:
        """Ends the connection, unless a call is still at it: then the connection is left to its fate."""
        chain, self._chain = self._chain, None
        if chain is not None and not self._turn.locked():
            await asyncio.get_running_loop().run_in_executor(self._thread, chain.close)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Callable[[Chain], T], deadline_s: float) -> T:
        async with self._turn:
            future = asyncio.get_running_loop().run_in_executor(self._thread, self._call, call)
            try:
                return await asyncio.wait_for(asyncio.shield(future), deadline_s)
            except TimeoutError as error:
                future.add_done_callback(_forget)
                self._abandon()
                raise ChainUnavailable(f"no answer from the chain within {deadline_s:g} s") from error

    def _call(self, call: Callable[[Chain], T]) -> T:
        if self._chain is None:
            self._chain = self._open_chain()
            self._connected_at = self._now()
        return call(self._chain)

    def _abandon(self) -> None:
        """Leaves thread and connection behind; nobody may close a connection that a call still hangs in."""
        self._thread.shutdown(wait=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chain")
        self._chain = None
        self._connected_at = self._now()


def _forget(future: asyncio.Future[T]) -> None:
    if not future.cancelled() and future.exception() is not None:
        logger.info("an abandoned call to the chain ended with %r", future.exception())
