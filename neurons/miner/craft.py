"""Makes the best splat for a task that its time allows: candidates side by side, scored where the miner can.

A place to generate at that would stand idle is used for one candidate more; the first splat of any task goes before.
What is not needed any more is cancelled. Knows no validator but by its thresholds.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from dataclasses import replace
from typing import Protocol

from neurons.miner.candidates import Candidate, Effort, Step, better, next_step
from neurons.miner.delivery import Clock
from neurons.miner.peers import Task, shown
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.services.generation import GenerationError, JobFailed, ServiceAway
from neurons.services.generation_pool import Generators, Slot

logger = logging.getLogger(__name__)


class Scorer(Protocol):
    """A miner's own scoring: see `neurons.miner.scoring.Scoring`."""

    def suits(self, scorer: str) -> bool:
        """Whether its scores tell what this scorer would say."""
        ...

    async def score(self, prompt: str, results: str, seed: int) -> float | None:
        """The score, None when it cannot be had."""
        ...


class Workshop:
    """Makes candidates at `generators` and scores them with `scoring`, if there is any."""

    def __init__(
        self,
        generators: Generators,
        scoring: Scorer | None,
        rules: MinerRules,
        clock: Clock,
        metrics: MinerMetrics,
    ) -> None:
        self._generators, self._scoring = generators, scoring
        self._rules, self._clock, self._metrics = rules, clock, metrics
        self._pace_s = 0.0  # what a candidate usually takes, waiting for a place apart

    async def best(
        self, task: Task, slot: Slot, thresholds: tuple[float, ...], scorer: str, max_chars: int, stop: asyncio.Event
    ) -> tuple[Effort, Step]:
        """What was made for the task, and whether to send it. `slot` is taken, and given back here.

        `scorer` names the validator's; `max_chars` bounds what may be sent, 0: no bound.
        """
        scoring = self._scoring if self._scoring is not None and self._scoring.suits(scorer) else None
        if scoring is not self._scoring:
            logger.info("task %s: our scoring does not foretell %s", shown(task.id), shown(scorer) or "any scorer now")
        bench = _Bench(self, task, scoring, max_chars, self._clock.dice.getrandbits(32))
        effort = Effort(self._clock.now(), task.submit_before, thresholds, pace_s=self._pace_s)
        place: Slot | None = slot
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while True:
                now, running = self._clock.now(), len(bench.running)
                step = next_step(effort, running, now, self._rules, draining=stop.is_set())
                if step in (Step.SUBMIT, Step.DECLINE):
                    return effort, step
                if step is Step.BEGIN and running < self._width(scoring):
                    bench.begin(place, first=effort.best is None and not running)
                    place = None
                    continue
                awaited = {*bench.running} if stopping.done() else {*bench.running, stopping}
                await asyncio.wait(
                    awaited,
                    timeout=max(0.0, effort.last_call(self._rules) - now),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                effort = replace(bench.collect(effort), pace_s=self._pace_s)
        finally:
            stopping.cancel()
            if place is not None:
                self._generators.give_back(place)
            await bench.clear()

    def _width(self, scoring: Scorer | None) -> int:
        """Candidates of one task at a time: one where the first is sent anyway."""
        return max(1, self._generators.up) if scoring is not None else 1

    async def candidate(
        self, task: Task, slot: Slot | None, scoring: Scorer | None, max_chars: int, seed: int, *, first: bool
    ) -> Candidate:
        """One candidate, at `slot` or the next place that is free. Raises GenerationError."""
        slot = slot or await self._generators.take(first=first)
        started, own_seed = self._clock.now(), self._clock.dice.getrandbits(32)
        limit_s = max(self._rules.hang_s, self._rules.hang_times * self._pace_s) if self._pace_s else None
        try:
            made = await self._generators.generate(slot, task.prompt, own_seed, limit_s)
        finally:
            self._generators.give_back(slot)
        results = await asyncio.to_thread(lambda: base64.b64encode(made).decode("ascii"))
        if max_chars and len(results) > max_chars:
            raise JobFailed("too_large", f"a splat of {len(made)} bytes is too large for its validator")
        score = await scoring.score(task.prompt, results, seed) if scoring is not None else None
        took_s = self._clock.now() - started
        self._pace_s = self._pace_s + self._rules.smoothing * (took_s - self._pace_s) if self._pace_s else took_s
        self._metrics.made("ok", took_s)
        return Candidate(results, own_seed, score)

    def failed(self, task: Task, error: GenerationError) -> None:
        """Notes a candidate that came to nothing."""
        logger.warning("task %s: no splat: %s", shown(task.id), error)
        self._metrics.made("away" if isinstance(error, ServiceAway) else "failed")


class _Bench:
    """The candidates of one task that are being made."""

    def __init__(self, shop: Workshop, task: Task, scoring: Scorer | None, max_chars: int, seed: int) -> None:
        self._shop, self._task, self._scoring, self._max_chars, self._seed = shop, task, scoring, max_chars, seed
        self.running: set[asyncio.Task[Candidate]] = set()

    def begin(self, slot: Slot | None, *, first: bool) -> None:
        """Starts one more; it owns `slot` from here on."""
        making = self._shop.candidate(self._task, slot, self._scoring, self._max_chars, self._seed, first=first)
        self.running.add(asyncio.create_task(making))

    def collect(self, effort: Effort) -> Effort:
        """The effort with what has been finished: candidates, and jobs that failed for good."""
        for one in [one for one in self.running if one.done()]:
            self.running.discard(one)
            try:
                effort = replace(effort, best=better(effort.best, one.result()), made=effort.made + 1)
            except GenerationError as error:
                self._shop.failed(self._task, error)
                effort = replace(effort, failures=effort.failures + isinstance(error, JobFailed))
        return effort

    async def clear(self) -> None:
        """Cancels what is still being made, and waits for its end."""
        for one in self.running:
            one.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
