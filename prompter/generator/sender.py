"""Sends the spool's prompts to the collector, one submission after another, each until it is accepted."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from prompter.generator.backends import retry_wait_s
from prompter.generator.metrics import GeneratorMetrics
from prompter.generator.settings import CollectorTarget
from prompter.generator.spool import DISK_RETRY_S, PendingSubmission, Spool
from serving.http_client import CallError, request
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

_FIRST_WAIT_S = 1.0
_MAX_WAIT_S = 120.0
_PERMANENT = frozenset({400, 413, 422})
"""Refusals that no retry will change. Any other may end: an operator can fix a key or free disk space."""


class Sender:
    """Submits what is in the spool. Tests pass their own `sleep`."""

    def __init__(
        self,
        spool: Spool,
        target: CollectorTarget,
        client: httpx.AsyncClient,
        metrics: GeneratorMetrics,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._spool = spool
        self._target = target
        self._client = client
        self._metrics = metrics
        self._sleep = sleep
        self._key = target.key()

    async def run(self) -> None:
        """Submit until cancelled: as soon as a batch is full, and whatever is waiting every `every_s`."""
        while True:
            waited_s = 0.0
            while self._spool.count < self._target.batch and waited_s < self._target.every_s:
                await self._sleep(min(0.5, self._target.every_s))
                waited_s += 0.5
            try:
                if (submission := self._spool.next_submission(self._target.batch)) is not None:
                    await self.deliver(submission)
            except sqlite3.OperationalError:  # anything delivered is sent again with the same token: no duplicates
                logger.exception("the spool cannot be written; %d prompts are waiting", self._spool.count)
                await self._sleep(DISK_RETRY_S)

    async def deliver(self, submission: PendingSubmission) -> None:
        """Send one submission until the collector accepts it or refuses it permanently; then drop it."""
        attempt = 0
        while (delay_s := await self._send(submission)) is not None:
            await self._sleep(max(backoff_s(attempt, _FIRST_WAIT_S, _MAX_WAIT_S), delay_s))
            attempt += 1
        self._spool.remove(submission)

    async def _send(self, submission: PendingSubmission) -> float | None:
        """Send once. Return None when the submission is done, else the seconds the collector asks to wait."""
        headers = {"X-Api-Key": self._key, "Idempotency-Key": submission.token}
        url, body = f"{self._target.url.rstrip('/')}/submit", {"prompts": submission.prompts}
        try:
            response = await request(
                self._client, "POST", url, json=body, headers=headers, timeout=self._target.timeout_s
            )
        except CallError as error:
            logger.warning("the collector cannot be reached (%s); %d prompts are waiting", error, self._spool.count)
            return 0.0
        if response.status == 200:
            self._metrics.delivered(response)
            return None
        code = response.error()[0] or "(no reason given)"
        logger.error("the collector refused %d prompts: %d %s", len(submission.prompts), response.status, code)
        if response.status in _PERMANENT:
            self._metrics.lost.inc(len(submission.prompts))
            return None
        return retry_wait_s(response)
