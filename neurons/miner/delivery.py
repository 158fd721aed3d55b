"""Sends one result until the validator has said what it made of it.

A lost reply, a validator that cannot be reached or is busy, and a validator's own fault all mean: send the same bytes
again, signed anew, until the deadline. The validator counts a result once, however often it comes.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from neurons.miner.peers import CallFailed, Calls, Peer, Refused, SubmitAnswer, Task, shown
from neurons.miner.rules import MinerRules

logger = logging.getLogger(__name__)

TOO_LARGE = 413
"""The one refusal that repeating does not mend."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance: Unix seconds, a pause, dice. Tests pass their own."""

    now: Callable[[], float]
    dice: random.Random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def deliver(
    calls: Calls, peer: Peer, task: Task, results: str, rules: MinerRules, clock: Clock
) -> SubmitAnswer | None:
    """What the validator made of `results` (base64, empty to decline), None when it never said."""
    deadline = task.submit_before
    for attempt in range(rules.max_submissions):
        sent_at = clock.now()
        try:
            answer = await calls.submit(peer, task, results)
        except CallFailed as error:
            logger.warning("%s: a result is not delivered yet: %s", peer, error)
            if isinstance(error, Refused) and error.status == TOO_LARGE:
                return None
            wait_s = max(_pause(attempt, rules, clock), error.retry_after_s or 0.0)
        else:
            if not answer.validation_failed:
                return answer
            wait_s = _until(answer.cooldown_until, attempt, rules, clock)
            deadline += clock.now() - sent_at + wait_s  # a validator adds the time that its fault took
            logger.warning("%s could not judge: %s; sending again in %.0f s", peer, shown(answer.detail), wait_s)
        if clock.now() + wait_s >= deadline:
            break
        await clock.sleep(wait_s)
    logger.error("%s: a result is lost: the validator did not say what became of it", peer)
    return None


def _pause(attempt: int, rules: MinerRules, clock: Clock) -> float:
    return min(rules.repeat_s * 2.0**attempt, rules.max_repeat_s) * clock.dice.uniform(0.75, 1.25)


def _until(cooldown_until: float, attempt: int, rules: MinerRules, clock: Clock) -> float:
    ahead = min(cooldown_until - clock.now(), rules.max_backoff_s)
    return max(0.0, ahead) + _pause(attempt, rules, clock)
