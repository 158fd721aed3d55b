"""Scores a miner's candidates with its own validation services, before a validator does.

The seed, which chooses the views, is drawn for each task: a miner cannot know the validator's.
"""

from __future__ import annotations

import logging

from neurons.services.validation import Fault, Rejection, ValidationPool

logger = logging.getLogger(__name__)


class OwnScoring:
    """Scores with a pool of validation services, whose `run` must be running."""

    def __init__(self, pool: ValidationPool) -> None:
        self._pool = pool

    def predicts(self, scorer: str) -> bool:
        """Check whether these scores predict those of a validator's scorer (`name@version+dtype`, "" if unknown)."""
        own = self._pool.scorer.partition("+")[0]
        return bool(own) and scorer.partition("+")[0] in ("", own)

    async def score(self, prompt: str, results: str, seed: int) -> float | None:
        """Return the score: 0 for an asset that would be rejected, None if no service could judge."""
        verdict = await self._pool.judge(prompt, results, seed)
        if isinstance(verdict, Fault):
            logger.warning("a candidate stays without a score: %s", verdict.detail)
            return None
        if isinstance(verdict, Rejection):
            logger.info("a candidate would be rejected: %s", verdict.code)
            return 0.0
        return verdict.score
