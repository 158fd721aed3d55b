"""The state of the collector that its routes share: store, keys, limits, metrics and backups."""

from __future__ import annotations

import asyncio
import logging
import math
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from prometheus_client import Counter, Gauge

from prompter.collector.backups import back_up, due_in_s
from prompter.collector.keys import KeyRing
from prompter.collector.policy import NONCE_WINDOW_S, FetchPolicy
from prompter.collector.schemas import MAX_PROMPTS, Fetch, Receipt, Submission
from prompter.collector.settings import CollectorSettings
from prompter.collector.store import PromptStore, TokenReusedError
from prompter.limits import RateLimiter
from serving.changes import ChangeLog
from serving.errors import ServiceError, busy
from serving.executor import SingleThreadExecutor
from serving.status import ServiceStatus
from serving.text import package_version

logger = logging.getLogger(__name__)

T = TypeVar("T")

_WAITING_MAX = 64
"""Requests waiting for the store. A submission takes about 10 ms, the largest fetch a few hundred."""
_BACKUP_RETRY_S = 3600.0


class CollectorState:
    """State of one running collector. `app.state.collector` holds it. Raises sqlite3.Error or OSError."""

    def __init__(self, settings: CollectorSettings, policy: FetchPolicy) -> None:
        self.status = ServiceStatus(version=package_version, busy=lambda: self._waiting > 0)
        self._settings = settings
        self._policy = policy
        self._store = PromptStore(settings.db, settings.max_prompts)
        self._keys = KeyRing(settings.db)
        self._executor = SingleThreadExecutor("store")
        self._waiting = 0
        self._log = ChangeLog(logger, "the store can be used again", level=logging.ERROR)
        self._submit_limit = RateLimiter(settings.submits_per_minute, settings.submits_per_minute / 60, time.monotonic)
        self._fetch_limit = RateLimiter(settings.fetches_per_hour, settings.fetches_per_hour / 3600, time.monotonic)
        registry = self.status.registry
        self._submitted = Counter("prompts_submitted", "Prompts received, by outcome", ["outcome"], registry=registry)
        self._fetched = Counter("prompts_fetched", "Prompts given to validators", registry=registry)
        self._refused = Counter("requests_refused", "Refused requests, by code", ["code"], registry=registry)
        stored = Gauge("prompts_stored", "Prompts in the store", registry=registry)
        stored.set_function(lambda: self._store.count)

    async def submit(self, submission: Submission, key: str, token: str | None) -> Receipt:
        """Store a submission, committed whole or not at all. Raises ServiceError."""
        owner = await self._run(lambda: self._keys.owner(key)) if key else None
        if owner is None:
            raise self._refusal(401, "unauthorized", "a valid X-Api-Key is required")
        self._limit(self._submit_limit, owner)
        if len(submission.prompts) > MAX_PROMPTS:
            raise self._refusal(413, "too_many", f"at most {MAX_PROMPTS} prompts at once")
        try:
            receipt = await self._run(lambda: self._store.submit(owner, token, submission.prompts))
        except TokenReusedError:
            detail = "this Idempotency-Key was used before with other prompts"
            raise self._refusal(422, "idempotency_mismatch", detail) from None
        outcomes = {"accepted": receipt.accepted, "duplicate": receipt.duplicates, **receipt.rejected}
        for outcome, count in outcomes.items():
            self._submitted.labels(outcome).inc(count)
        return receipt

    async def fetch(self, fetch: Fetch) -> list[str]:
        """Return prompts for a validator, freshest first. Raises ServiceError."""
        try:
            await self._policy.check(fetch)
        except ServiceError as refusal:
            if refusal.status_code < 500:
                self._refused.labels(refusal.code).inc()
            raise
        if not await self._run(lambda: self._store.use_nonce(fetch.hotkey, fetch.nonce, NONCE_WINDOW_S)):
            raise self._refusal(409, "nonce_reused", "this nonce was used before; send a new one")
        self._limit(self._fetch_limit, fetch.hotkey)
        prompts = await self._run(lambda: self._store.fetch(fetch.hotkey, self._settings.fetch_limit))
        self._fetched.inc(len(prompts))
        return prompts

    async def keep_backups(self) -> None:
        """Back the file up whenever the newest backup is one interval old; retry an hour after a failure."""
        db, interval_s = self._settings.db, self._settings.backup_interval_h * 3600.0
        wait_s = due_in_s(db, interval_s, time.time())
        while True:
            await asyncio.sleep(wait_s)
            try:
                logger.info("backup: %s", await asyncio.to_thread(back_up, db, time.time()))
                wait_s = interval_s
            except (sqlite3.Error, OSError):
                logger.exception("backup failed")
                wait_s = min(interval_s, _BACKUP_RETRY_S)

    async def close(self) -> None:
        """Close the connections to the chain and to the file."""
        await self._policy.close()
        await self._executor.run(self._store.close)
        await self._executor.run(self._keys.close)
        self._executor.close()

    async def _run(self, call: Callable[[], T]) -> T:
        """Run a call in the store's thread. Raises ServiceError when too many are waiting or the disk fails."""
        if self._waiting >= _WAITING_MAX:
            raise busy("queue_full", "too many requests are waiting for the store", 2)
        self._waiting += 1
        try:
            result = await self._executor.run(call)
        except sqlite3.Error as error:
            self._log.note(f"the store cannot be used: {error}")
            logger.debug("the store's error", exc_info=error)
            raise busy("storage", "prompts cannot be stored or read at the moment", 60) from error
        finally:
            self._waiting -= 1
        self._log.note()
        return result

    def _limit(self, limiter: RateLimiter, name: str) -> None:
        if wait_s := math.ceil(limiter.wait_s(name)):
            detail = f"too many requests; retry in {wait_s} s"
            raise self._refusal(429, "rate_limited", detail, {"Retry-After": str(wait_s)})

    def _refusal(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> ServiceError:
        """Count a refusal and return the error to raise."""
        self._refused.labels(code).inc()
        return ServiceError(status, code, detail, headers)
