"""Compares this machine's clock with the chain's, by the time in which each new block was made."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

from neurons.chain.contract import ChainError
from neurons.chain.worker import ChainWorker
from serving.changes import ChangeLog

logger = logging.getLogger(__name__)

MAX_DIFFERENCE_S = 10.0
SAMPLES = 5
"""Blocks compared: some arrive late, but on a machine whose clock is right not all of the last ones do."""


class ChainClock:
    """The difference between `now` (Unix seconds) and the times of the last blocks.

    Call `note_block` as soon as a new block is seen.
    """

    def __init__(self, worker: ChainWorker, now: Callable[[], float] = time.time) -> None:
        self._worker, self._now = worker, now
        self._ahead_s: deque[float] = deque(maxlen=SAMPLES)
        self._log = ChangeLog(logger, "this machine's clock agrees with the chain's again")

    async def note_block(self) -> None:
        """Compare the clocks. Without an answer of the chain nothing changes."""
        try:
            block_at = await self._worker.read(lambda chain: chain.timestamp())
        except ChainError:
            return
        if block_at > 0:
            self._ahead_s.append(self._now() - block_at)
            self._log.note(self.problem(), "clock")

    def problem(self) -> str:
        """Return what is wrong if the clocks differ, else ""."""
        if len(self._ahead_s) < SAMPLES:
            return ""
        ahead_s = min(self._ahead_s, key=abs)
        if abs(ahead_s) <= MAX_DIFFERENCE_S:
            return ""
        direction = "ahead of" if ahead_s > 0 else "behind"
        return (
            f"this machine's clock is {abs(ahead_s):.0f} s {direction} the chain's: check NTP, or the node lags behind"
        )
