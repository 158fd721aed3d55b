"""The validator's registration: its hotkey must hold a seat, and the chain must have the address of its axon."""

from __future__ import annotations

import asyncio
import logging

from neurons.chain.contract import ChainUnavailable, Snapshot
from neurons.chain.sync import RETRY_S, ChainSync

logger = logging.getLogger(__name__)


class SeatLostError(Exception):
    """The hotkey holds no seat on the subnet, which only its operator can change."""


def check_registered(snapshot: Snapshot, hotkey: str) -> None:
    """Raise SeatLostError unless the hotkey holds a seat."""
    if hotkey not in snapshot.by_hotkey:
        raise SeatLostError(
            f"the hotkey {hotkey} is not registered on subnet {snapshot.netuid}; "
            f"register it: btcli subnet register --netuid {snapshot.netuid}"
        )


class Announcer:
    """Announces the axon's external `address` (ip, port) on the chain, again whenever the chain has another one."""

    def __init__(self, sync: ChainSync, address: tuple[str, int]) -> None:
        self._sync, self._address = sync, address
        self.announced = False

    async def announce(self) -> None:
        """Announce the axon unless the last snapshot has its address. A refusal is logged; `run` tries again."""
        seat = self._sync.seat
        if seat is not None and (seat.ip, seat.port) == self._address:
            self.announced = True
            return
        ip, port = self._address
        try:
            outcome = await self._sync.worker.write(lambda chain: chain.serve_axon(ip, port))
        except ChainUnavailable as error:
            logger.warning("it is unknown whether the axon was announced: %s", error)
            return
        self.announced = outcome.ok
        if outcome.ok:
            logger.info("axon announced at %s:%d", ip, port)
        else:
            logger.warning("the axon at %s:%d is not announced: %s %s", ip, port, outcome.code, outcome.detail)

    async def run(self, interval_s: float) -> None:
        """Refresh the snapshot and announce the axon periodically, until cancelled. Raises SeatLostError."""
        while True:
            await asyncio.sleep(interval_s if self.announced else min(interval_s, RETRY_S))
            if await self._sync.refresh():
                await self.announce()
