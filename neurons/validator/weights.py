"""When weights are set, and whether they arrived: the chain's word counts, not the call's.

    due? ──► scorer, stake, permit ──► weights by the snapshot of this very moment ──► one attempt ──► read back

Nothing is ever sent when nobody has earned anything. Knows no miner's record.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from neurons.chain.contract import ChainError, ChainUnavailable, Outcome, Seat, Snapshot
from neurons.chain.worker import ChainWorker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WeightRules:
    """When this validator sets weights."""

    interval: int  # blocks between weights; --neuron.weight_set_interval
    min_stake: float  # --neuron.min_stake_to_set_weights
    version_key: int  # the neurons' version as one number

    @property
    def retry(self) -> int:
        """Blocks until another attempt after one that came to nothing."""
        return max(1, self.interval // 10)


@dataclass(frozen=True, slots=True)
class Sent:
    """The last weights that the chain confirmed."""

    block: int
    weights: Mapping[int, float]
    visible: bool


class WeightSetter:
    """Sets the weights of `hotkey`. `weights_of(snapshot)` gives them, empty when there are none; `scorer_ok()` says
    whether scores come from the scorer that weights need."""

    def __init__(
        self,
        chain: ChainWorker,
        hotkey: str,
        rules: WeightRules,
        weights_of: Callable[[Snapshot], dict[int, float]],
        scorer_ok: Callable[[], bool],
    ) -> None:
        self._chain, self._hotkey, self._rules = chain, hotkey, rules
        self._weights_of, self._scorer_ok = weights_of, scorer_ok
        self._not_before = 0
        self.sent: Sent | None = None
        self.held_back = ""
        """Why none were set at the last attempt, empty when they were."""

    async def consider(self, height: int) -> None:
        """To be called with each new head: sets weights if they are due."""
        if height < self._not_before:
            return
        try:
            self._not_before = await self._attempt(height)
        except ChainError as error:
            self._hold_back(f"the chain cannot be asked: {error}")
            self._not_before = height + self._rules.retry

    async def _attempt(self, height: int) -> int:
        """One attempt; the block from which on the next one makes sense."""
        again = height + self._rules.retry
        if not self._scorer_ok():
            self._hold_back("an endpoint does not score with the scorer that weights need (--validation.scorer)")
            return again
        wait = await self._chain.read(lambda chain: chain.blocks_until_weights())
        if wait:
            return height + wait
        snapshot = await self._chain.read(lambda chain: chain.snapshot())
        seat = snapshot.by_hotkey.get(self._hotkey)
        if seat is not None and snapshot.block - seat.last_update < self._rules.interval:
            return seat.last_update + self._rules.interval
        if (why := self._unfit(seat)) or seat is None:
            self._hold_back(why)
            return again
        weights = self._weights_of(snapshot)
        if not weights:
            self._hold_back("no registered miner has earned anything")
            return again
        return await self._set(weights, seat, again)

    def _unfit(self, seat: Seat | None) -> str:
        if seat is None:
            return "this hotkey holds no seat"
        if seat.stake < self._rules.min_stake:
            return f"the stake of {seat.stake:g} is below {self._rules.min_stake:g}"
        return "" if seat.validator_permit else "this hotkey holds no validator permit"

    async def _set(self, weights: dict[int, float], seat: Seat, again: int) -> int:
        outcome: Outcome | None = None
        try:
            outcome = await self._chain.write(lambda chain: chain.set_weights(weights, self._rules.version_key))
        except ChainUnavailable as error:
            logger.warning("whether the weights arrived is unknown, reading back: %s", error)
        updated = await self._last_update()
        if updated > seat.last_update:
            self.sent = Sent(updated, weights, outcome is None or outcome.visible)
            self.held_back = ""
            hidden = "" if self.sent.visible else ", hidden until their reveal"
            logger.info("weights of %d miners confirmed at block %d%s", len(weights), updated, hidden)
            return updated + self._rules.interval
        said = f"{outcome.code} {outcome.detail}".strip() if outcome else "no answer"
        self._hold_back(f"the chain shows no new weights ({said})")
        return again

    async def _last_update(self) -> int:
        """Block of the weights that the chain holds of this hotkey."""
        snapshot = await self._chain.read(lambda chain: chain.snapshot())
        seat = snapshot.by_hotkey.get(self._hotkey)
        if seat is None:
            raise ChainError("this hotkey lost its seat while weights were set")
        return seat.last_update

    def _hold_back(self, why: str) -> None:
        if why != self.held_back:
            logger.warning("no weights were set: %s", why)
        self.held_back = why
