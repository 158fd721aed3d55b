"""A miner's readiness, judged by its progress, and its regular progress line in the log."""

from __future__ import annotations

import asyncio
import logging

from neurons.miner.sync import MinerSync
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.services.generation_pool import GenerationPool

logger = logging.getLogger(__name__)

SILENCE_S = 900.0
"""A cooldown takes two minutes: a miner without any reply or splat for this long makes no progress."""


class Health:
    """Readiness and progress of one miner."""

    def __init__(self, sync: MinerSync, validators: Validators, pool: GenerationPool, metrics: MinerMetrics) -> None:
        self._sync, self._validators, self._pool, self._metrics = sync, validators, pool, metrics

    def reasons(self) -> list[str]:
        """Return the reasons why the miner cannot earn now; empty if it can."""
        found = self._sync.reasons()
        if not self._pool.ready:
            problems = {f"{slot.service.url}: {slot.problem}" for slot in self._pool.slots if slot.problem}
            found.append("; ".join(["no generation service is ready", *sorted(problems)]))
        if len(self._validators) and not self._validators.reachable:
            found.append("no validator can be reached")
        found += [f"{problem} for {age_s:.0f} s" for problem, age_s in self._metrics.overdue(SILENCE_S).items()]
        return found

    async def log_progress(self, interval_s: float) -> None:
        """Log a line of progress periodically, until cancelled."""
        while True:
            await asyncio.sleep(interval_s)
            self.log_line()

    def log_line(self) -> None:
        """Log one line of progress."""
        logger.info(
            "block %d, uid %s: %d of %d generation services busy, %d of %d validators reachable, %s",
            self._sync.block,
            "none" if self._sync.uid is None else self._sync.uid,
            self._pool.busy,
            len(self._pool.slots),
            self._validators.reachable,
            len(self._validators),
            self._metrics.summary(),
        )
