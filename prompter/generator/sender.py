"""Brings the spool's prompts to the collector: one parcel after another, again and again until it is taken."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from prompter.generator.backends import wait_s
from prompter.generator.settings import CollectorTarget
from prompter.generator.spool import Parcel, Spool
from prompter.generator.yields import Yields
from serving.http_client import CallError, request
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

_FIRST_WAIT_S = 1.0
_LAST_WAIT_S = 120.0
DISK_S = 30.0
"""Between two tries at a spool that cannot be written."""
_HOPELESS = frozenset({400, 413, 422})
"""The collector will never take this parcel; anything else may pass (a key may be mended, a disk freed)."""


class Sender:
    """Sends for ever. `sleep` waits; tests pass their own."""

    def __init__(
        self,
        spool: Spool,
        target: CollectorTarget,
        client: httpx.AsyncClient,
        yields: Yields,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._spool = spool
        self._target = target
        self._client = client
        self._yields = yields
        self._sleep = sleep
        self._key = target.key()

    async def run(self) -> None:
        """A parcel as soon as one is full, and what there is every `every_s`."""
        while True:
            waited_s = 0.0
            while self._spool.count < self._target.batch and waited_s < self._target.every_s:
                await self._sleep(min(0.5, self._target.every_s))
                waited_s += 0.5
            try:
                if (parcel := self._spool.parcel(self._target.batch)) is not None:
                    await self.deliver(parcel)
            except sqlite3.OperationalError:  # what was delivered goes out again with the same token: nothing doubles
                logger.exception("the spool cannot be written; %d prompts wait", self._spool.count)
                await self._sleep(DISK_S)

    async def deliver(self, parcel: Parcel) -> None:
        """Sends one parcel until the collector takes it, or refuses it for good."""
        attempt = 0
        while (delay_s := await self._try(parcel)) is not None:
            await self._sleep(max(backoff_s(attempt, _FIRST_WAIT_S, _LAST_WAIT_S), delay_s))
            attempt += 1
        self._spool.delivered(parcel)

    async def _try(self, parcel: Parcel) -> float | None:
        """None when the parcel is done with, else the seconds the collector asks to wait."""
        headers = {"X-Api-Key": self._key, "Idempotency-Key": parcel.token}
        url = f"{self._target.url.rstrip('/')}/submit"
        try:
            reply = await request(
                self._client,
                "POST",
                url,
                json={"prompts": parcel.prompts},
                headers=headers,
                timeout=self._target.timeout_s,
            )
        except CallError as error:
            logger.warning("the collector cannot be reached (%s); %d prompts wait", error, self._spool.count)
            return 0.0
        if reply.status == 200:
            self._yields.delivered(reply)
            return None
        code = reply.error()[0] or "(no reason given)"
        logger.error("the collector refused %d prompts: %d %s", len(parcel.prompts), reply.status, code)
        if reply.status in _HOPELESS:
            self._yields.lost.inc(len(parcel.prompts))
            return None
        return wait_s(reply)
