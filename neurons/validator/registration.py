"""The validator's registration: its hotkey needs a seat, and the chain must have the address of its axon."""

from __future__ import annotations

import asyncio
import logging

from neurons.chain.contract import ChainError
from neurons.chain.sync import RETRY_S, ChainSync
from serving.changes import ChangeLog
from serving.text import format_address

logger = logging.getLogger(__name__)


class Announcer:
    """Announces the axon's external `address` (ip, port) on the chain, again whenever the chain has another one.

    While the hotkey is not registered it announces nothing. `problem` says why the axon is not announced.
    """

    def __init__(self, sync: ChainSync, address: tuple[str, int]) -> None:
        self._sync, self._address = sync, address
        self._log = ChangeLog(logger, "the chain has the address of the axon")
        self.problem = "the axon is not announced on the chain"

    async def announce(self) -> None:
        """Announce the axon unless the last snapshot has its address. A refusal is logged; `run` tries again."""
        self.problem = await self._announce()
        self._log.note(self.problem)

    async def run(self, interval_s: float) -> None:
        """Announce the axon now, then refresh the snapshot and announce the axon periodically, until cancelled."""
        await self.announce()
        read = True
        while True:
            await asyncio.sleep(min(interval_s, RETRY_S) if self.problem or not read else interval_s)
            if read := await self._sync.refresh():
                await self.announce()

    async def _announce(self) -> str:
        """Announce the axon if that is necessary and possible, and return why it is not announced."""
        snapshot, seat, (ip, port) = self._sync.snapshot, self._sync.seat, self._address
        if snapshot is not None and seat is None:
            return (
                f"the hotkey {self._sync.hotkey} is not registered on subnet {snapshot.netuid}; "
                f"register it: btcli subnets register --netuid {snapshot.netuid}"
            )
        if seat is not None and (seat.ip, seat.port) == self._address:
            return ""
        try:
            outcome = await self._sync.worker.write(lambda chain: chain.serve_axon(ip, port))
        except ChainError as error:
            return f"it is unknown whether the axon was announced: {error}"
        if outcome.ok:
            logger.info("axon announced at %s", format_address(ip, port))
            return ""
        return f"the axon at {format_address(ip, port)} is not announced: {outcome.code} {outcome.detail}"
