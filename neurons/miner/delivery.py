"""Sends one result until the validator has judged it.

If the reply is lost, or the validator is busy, unreachable or at fault, the same bytes are signed and sent again until
the deadline. The validator counts a result once, however often it arrives.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from neurons.messages import SubmitReply, Task
from neurons.miner.rules import MinerRules
from neurons.wire.peers import CallRefusedError, Calls, Peer, PeerError, shorten
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

TOO_LARGE = 413
"""The one status for which sending again is useless."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and randomness of a miner; `now` returns Unix seconds. Tests pass their own."""

    now: Callable[[], float]
    rng: random.Random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def deliver(
    calls: Calls, peer: Peer, task: Task, results: str, rules: MinerRules, clock: Clock
) -> SubmitReply | None:
    """Send `results` (base64, empty to decline) and return the verdict, None if there is none by the deadline."""
    deadline = task.submit_before
    for attempt in range(rules.max_submissions):
        sent_at = clock.now()
        try:
            reply = await calls.submit(peer, task, results)
        except PeerError as error:
            logger.warning("%s: the result was not delivered: %s", peer, error)
            if isinstance(error, CallRefusedError) and error.status == TOO_LARGE:
                return None
            wait_s = max(_backoff_s(attempt, rules, clock), error.retry_after_s or 0.0)
        else:
            if not reply.validation_failed:
                return reply
            cooldown_s = max(0.0, min(reply.cooldown_until - clock.now(), rules.max_backoff_s))
            wait_s = cooldown_s + _backoff_s(attempt, rules, clock)
            deadline += clock.now() - sent_at + wait_s  # a validator at fault extends it by the time lost
            logger.warning(
                "%s could not judge: %s; sending the result again in %.0f s", peer, shorten(reply.detail), wait_s
            )
        if clock.now() + wait_s >= deadline:
            break
        await clock.sleep(wait_s)
    logger.error("%s: the result is lost: no verdict before the deadline", peer)
    return None


def _backoff_s(attempt: int, rules: MinerRules, clock: Clock) -> float:
    return backoff_s(attempt, rules.repeat_s, rules.max_repeat_s, clock.rng)
