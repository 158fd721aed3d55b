"""Produces prompts: takes a category and a backend in turn, parses and filters the answer, and adds it to the spool."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prompter.generator.backends import Backend, BackendError, BackendRequest
from prompter.generator.duplicates import RecentPrompts
from prompter.generator.metrics import GeneratorMetrics
from prompter.generator.parse import parse_numbers, parse_prompts
from prompter.generator.settings import GeneratorConfig
from prompter.generator.spool import DISK_RETRY_S, Spool
from prompter.limits import RateLimiter
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

_FIRST_PAUSE_S = 2.0
_MAX_PAUSE_S = 300.0
_FULL_S = 1.0
"""Interval at which a full spool is checked for room."""


@dataclass
class BackendState:
    """A backend with its back-off: not called before `ready_at` (monotonic seconds) after `failures` in a row.

    `label` names the backend in logs and metrics.
    """

    label: str
    complete: Backend
    ready_at: float = 0.0
    failures: int = 0


class Producer:
    """Writes prompts into the spool. `now` returns monotonic seconds; tests pass their own `now` and `sleep`."""

    def __init__(
        self,
        config: GeneratorConfig,
        backends: Sequence[BackendState],
        spool: Spool,
        metrics: GeneratorMetrics,
        rng: random.Random,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._config = config
        self._backends = backends
        self._spool = spool
        self._metrics = metrics
        self._rng = rng
        self._now = now
        self._sleep = sleep
        self._recent = RecentPrompts()
        self._pace = RateLimiter(config.burst, config.prompts_per_minute / 60, now)

    async def run(self) -> None:
        """Produce batches until cancelled: categories in turn and backends in turn, so that all pairs occur."""
        turn = 0
        while True:
            round_number, place = divmod(turn, len(self._config.categories))
            await self.produce(self._config.categories[place], turn + round_number)
            turn += 1

    async def produce(self, category: str, turn: int) -> None:
        """Add one batch of a category to the spool. A backend that fails backs off, and nothing is added."""
        while self._spool.room < self._config.batch_size:
            await self._sleep(_FULL_S)
        backend = await self._next_backend(turn)
        try:
            answer = await backend.complete(self._request(category, backend.label))
        except BackendError as error:
            self._back_off(backend, error)
            return
        backend.failures = 0
        kept, rejected = self.sift(parse_prompts(answer)[: 4 * self._config.batch_size])
        if kept and self._config.check_instruction and len(self._backends) > 1:
            kept, rejected["check"] = await self._check(kept, category, turn + 1)
        await self._store(kept[: self._spool.room])
        self._metrics.batch(backend.label, category, len(kept), +rejected)

    def sift(self, prompts: Sequence[str]) -> tuple[list[str], Counter[str]]:
        """Return the prompts that pass the filters and are new, and the number of rejected ones by reason."""
        rejected: Counter[str] = Counter()
        kept = []
        for prompt in prompts:
            reason = self._config.filters.rejection(prompt)
            if reason is None and not self._recent.add(prompt):
                reason = "near_duplicate"
            if reason is None:
                kept.append(prompt)
            else:
                rejected[reason] += 1
        if not prompts:
            rejected["empty_answer"] += 1
        return kept, rejected

    async def _store(self, prompts: Sequence[str]) -> None:
        """Add prompts to the spool, retrying while the disk fails; then wait as the rate limit requires."""
        while True:
            try:
                self._spool.add(prompts)
                break
            except sqlite3.OperationalError:
                logger.exception("the spool cannot be written; %d prompts are held in memory", len(prompts))
                await self._sleep(DISK_RETRY_S)
        self._metrics.waiting.set(self._spool.count)
        for _ in prompts:
            while wait_s := self._pace.wait_s(""):
                await self._sleep(wait_s)
        await self._sleep(0)  # the grammar never waits: let other tasks run

    async def _next_backend(self, turn: int) -> BackendState:
        """Return the backend whose turn it is, or the next one that is not backing off; wait for it if necessary."""
        while True:
            for i in range(len(self._backends)):
                backend = self._backends[(turn + i) % len(self._backends)]
                if backend.ready_at <= self._now():
                    return backend
            await self._sleep(max(0.05, min(backend.ready_at for backend in self._backends) - self._now()))

    def _back_off(self, backend: BackendState, error: BackendError) -> None:
        pause_s = max(backoff_s(backend.failures, _FIRST_PAUSE_S, _MAX_PAUSE_S), error.wait_s)
        logger.warning("%s: %s; next try in %.0f s", backend.label, error, pause_s)
        backend.ready_at = self._now() + pause_s
        backend.failures += 1
        self._metrics.failures.labels(backend.label).inc()

    def _request(self, category: str, label: str) -> BackendRequest:
        count = self._config.batch_size
        words = category.replace("_", " ")
        logger.debug("requesting %d prompts of %s from %s", count, category, label)
        return BackendRequest(
            system=self._config.instruction.replace("{category}", words).replace("{count}", str(count)),
            user=f"Write {count} prompts for the category: {words}.",
            category=category,
            count=count,
            temperature=self._rng.uniform(*self._config.temperature),
        )

    async def _check(self, prompts: list[str], category: str, turn: int) -> tuple[list[str], int]:
        """Have the next backend check the prompts; return those it approves and the number of the others.

        While that backend is backing off, the next one checks, in the end the one that wrote them.
        """
        listed = "\n".join(f"{i}. {prompt}" for i, prompt in enumerate(prompts, start=1))
        request = BackendRequest(str(self._config.check_instruction), listed, category, len(prompts), 0.0)
        while True:
            checker = await self._next_backend(turn)
            try:
                approved = parse_numbers(await checker.complete(request), len(prompts))
            except BackendError as error:
                self._back_off(checker, error)
                continue
            good = [prompt for i, prompt in enumerate(prompts, start=1) if i in approved]
            return good, len(prompts) - len(good)
