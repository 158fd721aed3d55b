"""Follows a chain from an event loop: the height of its head and the latest snapshot of the subnet.

Raises ChainStalledError if no block arrives for too long: it should end the process, which a supervisor then restarts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from neurons.chain.contract import ChainError, ChainUnavailable, Seat, Snapshot
from neurons.chain.worker import MAX_PAUSE_S, ChainWorker
from serving.changes import ChangeLog
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

POLL_S = 2.0
"""Time between reads of the height: a block takes 12 s, on a devnet less."""
RETRY_S = 60.0
"""Time to the next snapshot if one could not be read, or lacks something that the next one may have."""


class ChainSync:
    """The head and the last snapshot, for the neuron with `hotkey`. `on_snapshot` is called with each new snapshot."""

    def __init__(self, worker: ChainWorker, hotkey: str, on_snapshot: Callable[[Snapshot], Awaitable[None]]) -> None:
        self.worker, self.hotkey, self._on_snapshot = worker, hotkey, on_snapshot
        self.snapshot: Snapshot | None = None
        self._log = ChangeLog(logger, "the subnet can be read again")

    @property
    def height(self) -> int:
        """Highest block seen so far."""
        return self.worker.height

    @property
    def head_age_s(self) -> float:
        """Seconds since the head last rose."""
        return self.worker.head_age_s

    @property
    def seat(self) -> Seat | None:
        """The hotkey's seat in the last snapshot, None if it is not registered or there is no snapshot yet."""
        return self.snapshot.by_hotkey.get(self.hotkey) if self.snapshot else None

    async def refresh(self) -> bool:
        """Read a new snapshot and return whether that succeeded.

        Raises ChainError only before the first snapshot: a running neuron keeps working with the last one.
        """
        try:
            snapshot = await self.worker.read(lambda chain: chain.snapshot())
        except ChainError as error:
            if self.snapshot is None and not isinstance(error, ChainUnavailable):
                raise
            going_on = ", continuing with the last snapshot" if self.snapshot else ""
            self._log.note(f"the subnet cannot be read{going_on}: {error}")
            return False
        self._log.note()
        self.snapshot = snapshot
        await self._on_snapshot(snapshot)
        return True

    async def wait_for_snapshot(self) -> None:
        """Wait until there is a snapshot. Raises ChainStalledError or ChainError."""
        attempt = 0
        while not await self.refresh():
            await self.worker.poll_head()
            await asyncio.sleep(backoff_s(attempt, POLL_S, MAX_PAUSE_S))
            attempt += 1

    async def follow_head(
        self, on_head: Callable[[int], Awaitable[None]] | None = None, poll_s: float = POLL_S
    ) -> None:
        """Call `on_head` with each new height, until cancelled. Raises ChainStalledError."""
        last = 0
        while True:
            height = await self.worker.poll_head()
            if height > last:
                last = height
                if on_head is not None:
                    await on_head(height)
            await asyncio.sleep(poll_s)
