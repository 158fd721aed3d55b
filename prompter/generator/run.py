"""The endless round: a category, a backend, its answer, what is left after parsing and filters, into the spool."""

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

from prompter.generator.backends import Ask, Backend, BackendError
from prompter.generator.parse import named_numbers, parse_prompts
from prompter.generator.repeats import Recent
from prompter.generator.sender import DISK_S
from prompter.generator.settings import GeneratorConfig
from prompter.generator.spool import Spool
from prompter.generator.yields import Yields
from prompter.limits import RateLimiter
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

_FIRST_PAUSE_S = 2.0
_MAX_PAUSE_S = 300.0
_FULL_S = 1.0
"""Between two looks at a spool that is full."""


@dataclass
class Source:
    """A backend in turn: `label` for metrics; it is not asked before `ready_at` (monotonic
    seconds), after `failures` failures in a row."""

    label: str
    ask: Backend
    ready_at: float = 0.0
    failures: int = 0


class Maker:
    """Makes prompts for ever. `now` gives monotonic seconds, `sleep` waits; tests pass their own."""

    def __init__(
        self,
        config: GeneratorConfig,
        sources: Sequence[Source],
        spool: Spool,
        yields: Yields,
        rng: random.Random,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._config = config
        self._sources = sources
        self._spool = spool
        self._yields = yields
        self._rng = rng
        self._now = now
        self._sleep = sleep
        self._recent = Recent()
        self._pace = RateLimiter(config.burst, config.prompts_per_minute / 60, now)

    async def run(self) -> None:
        """All categories in turn, and the backends in turn, so that each meets each."""
        turn = 0
        while True:
            round_number, place = divmod(turn, len(self._config.categories))
            await self.make(self._config.categories[place], turn + round_number)
            turn += 1

    async def make(self, category: str, turn: int) -> None:
        """One batch of a category into the spool; a backend that fails rests, ever longer, and gives nothing."""
        while self._spool.room < self._config.batch_size:
            await self._sleep(_FULL_S)
        source = await self._source(turn)
        try:
            answer = await source.ask(self._ask(category, source.label))
        except BackendError as error:
            self._pause(source, error)
            return
        source.failures = 0
        kept, rejected = self.sift(parse_prompts(answer)[: 4 * self._config.batch_size])
        if kept and self._config.check_instruction and len(self._sources) > 1:
            kept, rejected["check"] = await self._checked(kept, category, turn + 1)
        await self._keep(kept[: self._spool.room])
        self._yields.batch(source.label, category, len(kept), +rejected)

    async def _keep(self, kept: Sequence[str]) -> None:
        """Into the spool, again and again while the disk refuses; then as long a rest as the pace asks for."""
        while True:
            try:
                self._spool.add(kept)
                break
            except sqlite3.OperationalError:
                logger.exception("the spool cannot be written; %d prompts are held", len(kept))
                await self._sleep(DISK_S)
        self._yields.waiting.set(self._spool.count)
        for _ in kept:
            while wait_s := self._pace.wait_s(""):
                await self._sleep(wait_s)
        await self._sleep(0)  # a grammar never waits; others get their turn here

    def sift(self, found: Sequence[str]) -> tuple[list[str], Counter[str]]:
        """What passes the filters and is new, and how many did not, by reason."""
        rejected: Counter[str] = Counter()
        kept = []
        for prompt in found:
            reason = self._config.filters.reason(prompt) or (None if self._recent.is_new(prompt) else "near_duplicate")
            if reason is None:
                kept.append(prompt)
            else:
                rejected[reason] += 1
        if not found:
            rejected["empty_answer"] += 1
        return kept, rejected

    async def _source(self, turn: int) -> Source:
        """The backend whose turn it is, or the next that does not rest."""
        while True:
            for i in range(len(self._sources)):
                source = self._sources[(turn + i) % len(self._sources)]
                if source.ready_at <= self._now():
                    return source
            await self._sleep(max(0.05, min(source.ready_at for source in self._sources) - self._now()))

    def _pause(self, source: Source, error: BackendError) -> None:
        pause_s = max(backoff_s(source.failures, _FIRST_PAUSE_S, _MAX_PAUSE_S), error.wait_s)
        logger.warning("%s: %s; pausing it for %.0f s", source.label, error, pause_s)
        source.ready_at = self._now() + pause_s
        source.failures += 1
        self._yields.failures.labels(source.label).inc()

    def _ask(self, category: str, label: str) -> Ask:
        count = self._config.batch_size
        spoken = category.replace("_", " ")
        logger.debug("asking %s for %d of %s", label, count, category)
        return Ask(
            system=self._config.instruction.replace("{category}", spoken).replace("{count}", str(count)),
            user=f"Write {count} prompts for the category: {spoken}.",
            category=category,
            count=count,
            temperature=self._rng.uniform(*self._config.temperature),
        )

    async def _checked(self, kept: list[str], category: str, turn: int) -> tuple[list[str], int]:
        """Those that the next backend names as good, by number, and how many it does not.

        While that one rests another is asked, in the end the one that wrote them.
        """
        listed = "\n".join(f"{i}. {prompt}" for i, prompt in enumerate(kept, start=1))
        ask = Ask(str(self._config.check_instruction), listed, category, len(kept), 0.0)
        while True:
            checker = await self._source(turn)
            try:
                named = named_numbers(await checker.ask(ask), len(kept))
            except BackendError as error:
                self._pause(checker, error)
                continue
            good = [prompt for i, prompt in enumerate(kept, start=1) if i in named]
            return good, len(kept) - len(good)
