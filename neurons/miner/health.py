"""Whether a miner gets on: why it is not ready, and a line about it now and then. Progress counts, not being alive."""

from __future__ import annotations

import asyncio
import logging

from neurons.miner.sync import ChainEye
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.services.generation_pool import Generators

logger = logging.getLogger(__name__)

SILENCE_S = 900.0
"""A cooldown takes two minutes: a miner whom no validator answered for so long is not getting on."""


class Health:
    """Judges one miner."""

    def __init__(self, eye: ChainEye, validators: Validators, generators: Generators, metrics: MinerMetrics) -> None:
        self._eye, self._validators, self._generators, self._metrics = eye, validators, generators, metrics

    def reasons(self) -> list[str]:
        """Why the miner cannot earn now; empty when it can."""
        found = self._eye.reasons()
        if not self._generators.up:
            found.append("no generation service is ready")
        if len(self._validators) and not self._validators.reachable:
            found.append("no validator can be reached")
        for what, since in self._metrics.overdue(SILENCE_S).items():
            found.append(f"{what} for {since:.0f} s")
        return found

    async def tell_for_ever(self, each_s: float) -> None:
        """A line of progress, again and again."""
        while True:
            await asyncio.sleep(each_s)
            self.tell()

    def tell(self) -> None:
        """The line."""
        logger.info(
            "block %d, seat %s: %d of %d generators at work, %d of %d validators reachable, %s",
            self._eye.block,
            "none" if self._eye.uid is None else self._eye.uid,
            self._generators.busy,
            len(self._generators.slots),
            self._validators.reachable,
            len(self._validators),
            self._metrics.summary(),
        )
