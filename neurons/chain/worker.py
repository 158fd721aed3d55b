"""A chain used from an event loop: one thread owns the connection, every call has a deadline, a dead one is replaced.

The SDK blocks, is not thread-safe, and can hang for minutes without an error. Here a call that outlives its deadline
is given up with its thread and its connection; the next call opens a new one. Knows no rules of the subnet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

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
        self._line = _Line(open_chain)
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
        """Ends the connection, unless a call hangs in it: then it is left to its fate."""
        async with self._turn:
            self._line.end()

    async def _run(self, call: Callable[[Chain], T], deadline_s: float) -> T:
        async with self._turn:
            try:
                return await asyncio.wait_for(asyncio.wrap_future(self._line.ask(call)), deadline_s)
            except TimeoutError as error:
                self._abandon()
                raise ChainUnavailable(f"no answer from the chain within {deadline_s:g} s") from error

    def _abandon(self) -> None:
        """Leaves thread and connection behind: nobody may touch a connection that a call still hangs in."""
        self._line.end()
        self._line = _Line(self._open_chain)
        self._connected_at = self._now()


class _Line:
    """One connection and the daemon thread that owns it; a hanging one does not keep the process from ending."""

    def __init__(self, open_chain: Callable[[], Chain]) -> None:
        self._open_chain = open_chain
        self._calls: SimpleQueue[tuple[Callable[[Chain], Any], Future[Any]] | None] = SimpleQueue()
        Thread(target=self._serve, name="chain", daemon=True).start()

    def ask(self, call: Callable[[Chain], T]) -> Future[T]:
        """The future result of a call."""
        future: Future[T] = Future()
        self._calls.put((call, future))
        return future

    def end(self) -> None:
        """Closes the connection after the call at hand, if that ever returns."""
        self._calls.put(None)

    def _serve(self) -> None:
        chain: Chain | None = None
        while (job := self._calls.get()) is not None:
            call, future = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                chain = chain or self._open_chain()
                future.set_result(call(chain))
            except Exception as error:  # handed on to whoever asked
                future.set_exception(error)
        if chain is not None:
            chain.close()
