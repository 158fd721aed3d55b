"""The collector as an HTTP service: /submit for generators, /get for validators."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import math
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.responses import Response
from prometheus_client import Counter, Gauge

from prompter.collector.backups import back_up, due_in_s
from prompter.collector.keys import KeyRing
from prompter.collector.schemas import MAX_PROMPTS, Fetch, Prompts, Receipt, Submission
from prompter.collector.settings import CollectorSettings
from prompter.collector.signature import NONCE_WINDOW_S, ChainUnavailable, Gate
from prompter.collector.store import PromptStore, TokenReused
from prompter.limits import Rate
from serving.app import ShellLimits, create_shell
from serving.errors import ServiceError, busy, error_responses
from serving.executor import SingleThreadExecutor
from serving.status import ServiceStatus
from serving.tasks import background
from serving.text import package_version

logger = logging.getLogger(__name__)

_WAITING_MAX = 64
"""Requests waiting for the store; a submission takes about 10 ms, the largest fetch a few hundred."""
_BACKUP_RETRY_S = 3600.0


class Collector:
    """The state behind the routes: the store in its own thread, the keys, who may fetch, what is counted."""

    def __init__(self, settings: CollectorSettings, gate: Gate, status: ServiceStatus) -> None:
        self.settings = settings
        self.gate = gate
        self.store = PromptStore(settings.db, settings.max_prompts)
        self._ring = KeyRing(settings.db)
        self._executor = SingleThreadExecutor("store")
        self._waiting = 0
        self.submit_rate = Rate(settings.submits_per_minute, settings.submits_per_minute / 60, time.monotonic)
        self.fetch_rate = Rate(settings.fetches_per_hour, settings.fetches_per_hour / 3600, time.monotonic)
        registry = status.registry
        self.submitted = Counter("prompts_submitted", "Prompts received, by outcome", ["outcome"], registry=registry)
        self.fetched = Counter("prompts_fetched", "Prompts given to validators", registry=registry)
        self.refused = Counter("requests_refused", "Refused requests, by code", ["code"], registry=registry)
        stored = Gauge("prompts_stored", "Prompts in the store", registry=registry)
        stored.set_function(lambda: self.store.count)

    async def ask(self, call: Callable[[], Any]) -> Any:
        """The result of a call on the store. Raises ServiceError when too many wait or the disk fails."""
        if self._waiting >= _WAITING_MAX:
            raise busy("queue_full", "too many requests wait for the store", 2)
        self._waiting += 1
        try:
            return await self._executor.run(call)
        except sqlite3.Error as error:
            logger.exception("the store failed")
            raise busy("storage", "the prompts cannot be stored or read now", 60) from error
        finally:
            self._waiting -= 1

    @property
    def working(self) -> bool:
        """Whether requests are at the store."""
        return self._waiting > 0

    def refusal(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> ServiceError:
        """The error to raise; it is counted."""
        self.refused.labels(code).inc()
        return ServiceError(status, code, detail, headers)

    async def owner(self, key: str) -> str:
        """Name of the key, with one submission taken from its allowance. Raises ServiceError."""
        name = await self.ask(lambda: self._ring.owner(key)) if key else None
        if name is None:
            raise self.refusal(401, "unauthorized", "a valid X-Api-Key is needed")
        self.within(self.submit_rate, str(name))
        return str(name)

    def within(self, rate: Rate, name: str) -> None:
        """Raises ServiceError 429 for one who asks too often."""
        if wait_s := rate.wait_s(name):
            headers = {"Retry-After": str(math.ceil(wait_s))}
            raise self.refusal(429, "rate_limited", f"too many requests; come back in {math.ceil(wait_s)} s", headers)

    async def admit(self, fetch: Fetch) -> None:
        """Raises ServiceError unless a validator of the subnet asks this for the first time."""
        try:
            refusal = await self.gate.refusal(fetch)
        except ChainUnavailable as error:
            raise busy("chain_unavailable", "the chain cannot be read; try again later", 60) from error
        if refusal is not None:
            raise self.refusal(refusal.status, refusal.code, refusal.detail)
        if not await self.ask(lambda: self.store.use_nonce(fetch.hotkey, fetch.nonce, NONCE_WINDOW_S)):
            raise self.refusal(409, "nonce_reused", "this nonce was used before; make a fresh one")
        self.within(self.fetch_rate, fetch.hotkey)

    async def keep_backups(self) -> None:
        """A backup when the newest is as old as the interval; one that fails is logged and tried again in an hour."""
        db, interval_s = self.settings.db, self.settings.backup_interval_h * 3600.0
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
        """Ends chain and store."""
        await self.gate.close()
        await self._executor.run(self.store.close)
        await self._executor.run(self._ring.close)
        self._executor.close()


def create_app(settings: CollectorSettings, gate: Gate) -> FastAPI:
    """The collector. Raises sqlite3.Error or OSError if its file cannot be opened."""
    status = ServiceStatus(version=package_version, busy=lambda: collector.working)
    collector = Collector(settings, gate, status)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            async with background(collector.keep_backups(), on_error=status.fail):
                yield
        finally:
            await collector.close()

    app = create_shell("prompt collector", settings.shell, status, ShellLimits(max_body_bytes=1 << 20), lifespan)
    _add_submit(app, collector)
    _add_get(app, collector)
    return app


def _add_submit(app: FastAPI, collector: Collector) -> None:
    @app.post("/submit", responses=error_responses(401, 408, 413, 422, 429, 503))
    async def submit(
        submission: Submission,
        x_api_key: Annotated[str, Header(max_length=256)] = "",
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
    ) -> Receipt:
        """Add prompts, committed whole or not at all."""
        owner = await collector.owner(x_api_key)
        if len(submission.prompts) > MAX_PROMPTS:
            raise collector.refusal(413, "too_many", f"at most {MAX_PROMPTS} prompts at once")
        try:
            call = collector.store.submit
            added = await collector.ask(lambda: call(owner, idempotency_key, submission.prompts))
        except TokenReused:
            raise collector.refusal(
                422, "idempotency_mismatch", "this Idempotency-Key came before with other prompts"
            ) from None
        for outcome, count in (("accepted", added.accepted), ("duplicate", added.duplicates), *added.rejected.items()):
            collector.submitted.labels(outcome).inc(count)
        return Receipt(**asdict(added))


def _add_get(app: FastAPI, collector: Collector) -> None:
    shape: dict[str, Any] = {
        "response_model": Prompts,
        "responses": error_responses(403, 408, 409, 413, 422, 429, 503),
    }

    @app.post("/get", **shape)
    @app.get("/get", **shape)
    async def get(fetch: Fetch, request: Request) -> Response:
        """Prompts for a validator of the subnet, freshest first, compressed where the client can read that."""
        await collector.admit(fetch)
        prompts = await collector.ask(lambda: collector.store.fetch(fetch.hotkey, collector.settings.fetch_limit))
        collector.fetched.inc(len(prompts))
        packed = "gzip" in request.headers.get("accept-encoding", "")
        body = await asyncio.to_thread(_encoded, prompts, packed)
        headers = {"Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packed else {})}
        return Response(body, media_type="application/json", headers=headers)


def _encoded(prompts: list[str], packed: bool) -> bytes:
    body = json.dumps({"prompts": prompts}, ensure_ascii=False, separators=(",", ":")).encode()
    # Level 1 packs 100,000 prompts in about 50 ms; the best takes ten times that for a fifth less.
    return gzip.compress(body, compresslevel=1) if packed else body
