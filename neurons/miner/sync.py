"""A miner's eye on the chain: blocks arrive, its hotkey is registered, who the validators are.

Ends the process by ChainStalled when no block arrives for too long; a supervisor then starts it anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from neurons.chain.contract import ChainError, ChainUnavailable
from neurons.chain.worker import ChainWorker
from neurons.miner.validators import Validators

logger = logging.getLogger(__name__)

LOOK_S = 12.0
"""Between looks at the chain's height: a block of the real chain."""
AGAIN_S = 60.0
"""Between looks at the whole subnet as long as there is nothing to work with."""
LATE_S = 120.0
"""Without a new block for so long a miner is not ready."""


class ChainEye:
    """Keeps `validators` up to date; `now` gives monotonic seconds."""

    def __init__(
        self,
        worker: ChainWorker,
        hotkey: str,
        validators: Validators,
        sync_s: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._worker, self._hotkey, self._validators, self._sync_s, self._now = worker, hotkey, validators, sync_s, now
        self._height, self._risen_at = 0, now()
        self.uid: int | None = None
        self.block = 0

    async def run(self) -> None:
        """Looks for ever. Raises ChainStalled, or ChainError for an answer that cannot be used."""
        look_at = 0.0
        while True:
            height = await self._worker.watch()
            if height > self._height:
                self._height, self._risen_at = height, self._now()
            if self._now() >= look_at:
                seen = await self.look()
                look_at = self._now() + (self._sync_s if seen else min(AGAIN_S, self._sync_s))
            await asyncio.sleep(min(LOOK_S, self._sync_s))

    async def look(self) -> bool:
        """One look at the whole subnet; whether there is something to work with. An unregistered hotkey asks nobody.

        Raises ChainError when the first answer cannot be used.
        """
        try:
            snapshot = await self._worker.read(lambda chain: chain.snapshot())
        except ChainUnavailable as error:
            logger.warning("the subnet cannot be seen: %s", error)
            return False
        except ChainError:
            if not self.block:
                raise
            logger.exception("the subnet cannot be seen: going on with what was seen last")
            return False
        seat = snapshot.by_hotkey.get(self._hotkey)
        self.block = snapshot.block
        if seat is None:
            logger.error(
                "hotkey %s is not registered on subnet %d: no task is asked for", self._hotkey, snapshot.netuid
            )
            self.uid = None
            self._validators.clear()
            return False
        if self.uid != seat.uid:
            logger.info("seat %d of subnet %d", seat.uid, snapshot.netuid)
        self.uid = seat.uid
        self._validators.update(snapshot, self._hotkey)
        return len(self._validators) > 0

    def reasons(self) -> list[str]:
        """Why the miner cannot earn now, as far as the chain is concerned."""
        still_s = self._now() - self._risen_at
        found = []
        if still_s > LATE_S:
            found.append(f"no new block for {still_s:.0f} s")
        if not self.block:
            found.append("the subnet has not been seen yet")
        elif self.uid is None:
            found.append("the hotkey is not registered")
        elif not len(self._validators):
            found.append("no validator with a permit, stake and an axon")
        return found

    async def close(self) -> None:
        """Ends the connection."""
        await self._worker.close()
