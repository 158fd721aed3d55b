"""Decides when to set weights, sets them, and confirms them by what the chain shows rather than by the call's result.

    due? ──► scorer, stake and permit ok? ──► weights for a fresh snapshot ──► one attempt ──► read back

Nothing is sent if nobody has earned anything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from neurons.chain.contract import ChainError, ChainUnavailable, Outcome, Seat, Snapshot
from neurons.chain.worker import ChainWorker
from serving.changes import ChangeLog

logger = logging.getLogger(__name__)


class NotSetError(Exception):
    """The reason why an attempt to set weights failed or was not made."""


@dataclass(frozen=True, slots=True)
class WeightRules:
    """When this validator sets weights."""

    interval: int  # blocks from one setting to the next; --neuron.weight_set_interval
    min_stake: float  # --neuron.min_stake_to_set_weights
    version_key: int  # the version of the neurons as one number

    @property
    def retry(self) -> int:
        """Blocks to wait after a failed attempt."""
        return max(1, self.interval // 10)


@dataclass(frozen=True, slots=True)
class ConfirmedWeights:
    """Weights by uid that the chain has confirmed. With commit-reveal they are not visible until they are revealed."""

    block: int
    weights: Mapping[int, float]
    visible: bool


class WeightSetter:
    """Sets the weights of `hotkey`.

    `compute_weights(snapshot)` returns the weights by uid, empty if nobody has earned any. `scorer_ok()` checks whether
    scores come from the scorer that weights require. After each attempt `held_back` says why no weights were set; it
    is empty once they are.
    """

    def __init__(
        self,
        chain: ChainWorker,
        hotkey: str,
        rules: WeightRules,
        compute_weights: Callable[[Snapshot], dict[int, float]],
        scorer_ok: Callable[[], bool],
    ) -> None:
        self._chain, self._hotkey, self._rules = chain, hotkey, rules
        self._compute_weights, self._scorer_ok = compute_weights, scorer_ok
        self._next_attempt = 0  # block
        self.confirmed: ConfirmedWeights | None = None
        self.held_back = ""
        self._log = ChangeLog(logger, "")  # weights that are set are logged anyway

    async def consider(self, height: int) -> None:
        """Set weights if they are due. Call this with each new head."""
        if height < self._next_attempt:
            return
        try:
            self._next_attempt = await self._attempt(height)
        except (NotSetError, ChainError) as error:
            self._next_attempt = height + self._rules.retry
            reason = f"the chain cannot be read: {error}" if isinstance(error, ChainError) else str(error)
            self._log.note(f"no weights were set: {reason}")
            self.held_back = reason

    async def _attempt(self, height: int) -> int:
        """Set weights unless it is too early, and return the block of the next attempt."""
        if not self._scorer_ok():
            raise NotSetError("an endpoint does not score with the scorer that weights require (--validation.scorer)")
        wait = await self._chain.read(lambda chain: chain.blocks_until_weights())
        if wait:
            return height + wait
        snapshot = await self._chain.read(lambda chain: chain.snapshot())
        seat = snapshot.by_hotkey.get(self._hotkey)
        if seat is None:
            raise NotSetError("this hotkey holds no seat")
        if snapshot.block - seat.last_update < self._rules.interval:
            return seat.last_update + self._rules.interval
        if seat.stake < self._rules.min_stake:
            raise NotSetError(f"the stake of {seat.stake:g} is below {self._rules.min_stake:g}")
        if not seat.validator_permit:
            raise NotSetError("this hotkey has no validator permit")
        weights = self._compute_weights(snapshot)
        if not weights:
            raise NotSetError("no registered miner has earned anything")
        self.confirmed = await self._set(weights, seat)
        self._log.note()
        self.held_back = ""
        return self.confirmed.block + self._rules.interval

    async def _set(self, weights: dict[int, float], seat: Seat) -> ConfirmedWeights:
        """Set weights and read them back. Raises NotSetError if the chain does not show them."""
        outcome: Outcome | None = None
        try:
            outcome = await self._chain.write(lambda chain: chain.set_weights(weights, self._rules.version_key))
        except ChainUnavailable as error:
            logger.warning("it is unknown whether the weights were set; reading them back: %s", error)
        block = await self._last_update()
        if block <= seat.last_update:
            result = f"{outcome.code} {outcome.detail}".strip() if outcome else "no answer"
            raise NotSetError(f"the chain shows no new weights ({result})")
        confirmed = ConfirmedWeights(block, weights, outcome is None or outcome.visible)
        hidden = "" if confirmed.visible else ", hidden until they are revealed"
        logger.info("weights of %d miners confirmed at block %d%s", len(weights), block, hidden)
        return confirmed

    async def _last_update(self) -> int:
        """Return the block at which this hotkey last set weights. Raises ChainError if its seat is gone."""
        snapshot = await self._chain.read(lambda chain: chain.snapshot())
        seat = snapshot.by_hotkey.get(self._hotkey)
        if seat is None:
            raise ChainError("this hotkey lost its seat while weights were set")
        return seat.last_update
