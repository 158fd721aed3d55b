"""What the validator sees of the chain, again and again: the head, the whole subnet, its own seat, its weights.

Ends with an error for what a restart or an operator must mend: a chain that stands still, a seat that is gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from neurons.chain.contract import ChainError, ChainUnavailable, Snapshot
from neurons.chain.worker import ChainWorker
from neurons.validator.weights import WeightSetter

logger = logging.getLogger(__name__)

HEAD_S = 2.0
"""Between looks at the head: a block takes 12 s, a devnet's less."""


class SeatLostError(Exception):
    """The hotkey holds no seat on the subnet: nothing this process does can change that."""


class Watch:
    """The subnet as last seen by `hotkey`, which is reached at `address` (ip, port). `seen` is told each snapshot."""

    def __init__(
        self,
        chain: ChainWorker,
        hotkey: str,
        address: tuple[str, int],
        seen: Callable[[Snapshot], Awaitable[None]],
        now: Callable[[], float],
    ) -> None:
        self._chain, self._hotkey, self._address, self._seen, self._now = chain, hotkey, address, seen, now
        self._risen_at = now()
        self.snapshot: Snapshot | None = None
        self.height = 0
        self.announced = False

    @property
    def still_s(self) -> float:
        """Seconds since the head last rose."""
        return self._now() - self._risen_at

    async def first_look(self) -> None:
        """Waits until the subnet has been seen once. Raises SeatLostError, ChainStalled, ChainError."""
        while not await self.look():
            await self._chain.watch()  # ends it when the chain does not come
            await asyncio.sleep(HEAD_S)

    async def look(self) -> bool:
        """Looks at the whole subnet; whether that could be done. Raises SeatLostError or ChainError."""
        try:
            snapshot = await self._chain.read(lambda chain: chain.snapshot())
        except ChainUnavailable as error:
            logger.warning("the subnet cannot be looked at: %s", error)
            return False
        if self._hotkey not in snapshot.by_hotkey:
            raise SeatLostError(
                f"the hotkey {self._hotkey} is not registered on subnet {snapshot.netuid}; "
                f"register it: btcli subnet register --netuid {snapshot.netuid}"
            )
        self.snapshot = snapshot
        await self._seen(snapshot)
        return True

    async def announce(self) -> None:
        """Tells the chain where the axon is, unless it knows already; a refusal is logged and tried again later."""
        seat = self.snapshot.by_hotkey[self._hotkey] if self.snapshot else None
        if seat is not None and (seat.ip, seat.port) == self._address:
            self.announced = True
            return
        ip, port = self._address
        try:
            outcome = await self._chain.write(lambda chain: chain.serve_axon(ip, port))
        except ChainUnavailable as error:
            logger.warning("whether the axon was announced is unknown: %s", error)
            return
        self.announced = outcome.ok
        if outcome.ok:
            logger.info("the chain knows the axon at %s:%d", ip, port)
        else:
            logger.warning("the axon at %s:%d is not announced: %s %s", ip, port, outcome.code, outcome.detail)

    async def follow(self, weights: WeightSetter) -> None:
        """Follows the head for ever and sets weights when they are due. Raises ChainStalled or ChainError."""
        while True:
            height = await self._chain.watch()
            if height > self.height:
                self.height, self._risen_at = height, self._now()
                await weights.consider(height)
            await asyncio.sleep(HEAD_S)

    async def keep_looking(self, interval_s: float) -> None:
        """Looks at the subnet and announces the axon, for ever. Raises SeatLostError."""
        while True:
            await asyncio.sleep(interval_s if self.announced else min(interval_s, 60.0))
            try:
                if await self.look():
                    await self.announce()
            except ChainError:
                logger.exception("the subnet cannot be looked at: going on with what was seen last")
