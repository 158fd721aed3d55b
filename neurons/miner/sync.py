"""Keeps a miner in sync with the chain: its own registration, and the validators of the subnet."""

from __future__ import annotations

import asyncio
import logging

from neurons.chain.contract import Snapshot
from neurons.chain.sync import RETRY_S, ChainSync
from neurons.chain.worker import ChainWorker
from neurons.miner.validators import Validators
from serving.changes import ChangeLog

logger = logging.getLogger(__name__)

POLL_S = 12.0
"""Time between reads of the height: one block of the real chain."""
LATE_S = 120.0
"""A miner without a new block for this long is not ready."""


class MinerSync:
    """Keeps `validators` up to date; empties them while the hotkey is not registered, since no axon would accept it."""

    def __init__(self, worker: ChainWorker, hotkey: str, validators: Validators, interval_s: float) -> None:
        self._validators, self._interval_s = validators, interval_s
        self._uid: int | None = None
        self._log = ChangeLog(logger, "")  # the uid is logged
        self.chain = ChainSync(worker, hotkey, self._update)

    @property
    def block(self) -> int:
        """Block of the last snapshot, 0 if there is none yet."""
        return self.chain.snapshot.block if self.chain.snapshot else 0

    @property
    def uid(self) -> int | None:
        """The miner's uid, None if it is not registered."""
        return self._uid

    async def follow_head(self) -> None:
        """Track the height, until cancelled. Raises ChainStalledError or ChainError."""
        await self.chain.follow_head(poll_s=min(POLL_S, self._interval_s))

    async def run(self) -> None:
        """Refresh the snapshot periodically, until cancelled. Raises ChainError, or ChainStalledError at the start."""
        await self.chain.wait_for_snapshot()
        read = True
        while True:
            complete = read and len(self._validators)
            await asyncio.sleep(self._interval_s if complete else min(RETRY_S, self._interval_s))
            read = await self.chain.refresh()

    def reasons(self) -> list[str]:
        """Return the reasons on the chain why the miner cannot earn now."""
        found = []
        if self.chain.head_age_s > LATE_S:
            found.append(f"no new block for {self.chain.head_age_s:.0f} s")
        if self.chain.snapshot is None:
            found.append("the subnet has not been read yet")
        elif self._uid is None:
            found.append("the hotkey is not registered")
        elif not len(self._validators):
            found.append("no validator with a permit, stake and an axon")
        return found

    async def _update(self, snapshot: Snapshot) -> None:
        seat = snapshot.by_hotkey.get(self.chain.hotkey)
        if seat is None:
            hotkey, netuid = self.chain.hotkey, snapshot.netuid
            self._log.note(f"hotkey {hotkey} is not registered on subnet {netuid}: no validator is called")
            self._uid = None
            self._validators.clear()
            return
        if self._uid != seat.uid:
            logger.info("uid %d on subnet %d", seat.uid, snapshot.netuid)
        self._log.note()
        self._uid = seat.uid
        self._validators.update(snapshot, self.chain.hotkey)
