"""Scores what a miner has made before a validator does, with a validation service of the miner's own.

Its seed is drawn anew for each task, as the validator's cannot be known: a splat has to be good from all sides. Knows
no validator and no rule of when to send what.
"""

from __future__ import annotations

import logging

from neurons.services.validation import Fault, Rejected, ValidationPool

logger = logging.getLogger(__name__)


class Scoring:
    """Scores by a pool of validation endpoints, which must be running."""

    def __init__(self, pool: ValidationPool) -> None:
        self._pool = pool

    def suits(self, scorer: str) -> bool:
        """Whether our scores tell what a validator's scorer (`name@version+dtype`) would say; one that tells nothing
        is given the benefit of the doubt."""
        own = self._pool.scorer.partition("+")[0]
        return bool(own) and scorer.partition("+")[0] in ("", own)

    async def score(self, prompt: str, results: str, seed: int) -> float | None:
        """The score, 0 for what would be rejected by its looks alone, None when no endpoint could judge."""
        verdict = await self._pool.judge(prompt, results, seed)
        if isinstance(verdict, Fault):
            logger.warning("a splat is sent without a score of our own: %s", verdict.detail)
            return None
        if isinstance(verdict, Rejected):
            logger.info("a splat would be rejected: %s", verdict.code)
            return 0.0
        return verdict.score
