"""Makes the best candidate for a task that its time allows: several at once, scored if the miner can score.

Idle generation services make further candidates; the first candidate of any task goes before them. Whatever is not
needed any more is cancelled.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from dataclasses import replace
from typing import Protocol

from neurons.messages import Task
from neurons.miner.candidates import Candidate, Effort, NextAction, choose_action, choose_better
from neurons.miner.delivery import Clock
from neurons.miner.peers import shorten
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.services.generation import GenerationError, JobFailedError, ServiceUnavailableError
from neurons.services.generation_pool import GenerationPool, Slot

logger = logging.getLogger(__name__)


class Scoring(Protocol):
    """A miner's own scoring; see `neurons.miner.scoring.OwnScoring`."""

    def predicts(self, scorer: str) -> bool:
        """Check whether these scores predict those of a validator's scorer."""
        ...

    async def score(self, prompt: str, results: str, seed: int) -> float | None:
        """Return the score, None if there is none now."""
        ...


class CandidateRunner:
    """Makes candidates with `pool` and scores them with `scoring`, if there is any."""

    def __init__(
        self, pool: GenerationPool, scoring: Scoring | None, rules: MinerRules, clock: Clock, metrics: MinerMetrics
    ) -> None:
        self._pool, self._scoring = pool, scoring
        self._rules, self._clock, self._metrics = rules, clock, metrics
        self._pace_s = 0.0  # typical time of a candidate, without the wait for a service

    async def make_best(
        self, task: Task, slot: Slot, thresholds: tuple[float, ...], scorer: str, max_chars: int, stop: asyncio.Event
    ) -> tuple[Effort, NextAction]:
        """Work on a task and return the result, and whether to submit it or decline.

        `slot` is an acquired one, released here. `scorer` is the validator's. `max_chars` limits what may be sent;
        0: no limit.
        """
        scoring = self._scoring if self._scoring is not None and self._scoring.predicts(scorer) else None
        if scoring is not self._scoring:
            logger.info(
                "task %s: our scoring does not predict %s", shorten(task.id), shorten(scorer) or "any scorer now"
            )
        tasks = CandidateTasks(self, task, scoring, max_chars, self._clock.rng.getrandbits(32))
        effort = Effort(self._clock.now(), task.submit_before, thresholds, pace_s=self._pace_s)
        unused: Slot | None = slot
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while True:
                now, running = self._clock.now(), len(tasks.running)
                action = choose_action(effort, running, now, self._rules, draining=stop.is_set())
                if action in (NextAction.SUBMIT, NextAction.DECLINE):
                    return effort, action
                if action is NextAction.START and running < self._parallel(scoring):
                    tasks.start(unused, first=effort.best is None and not running)
                    unused = None
                    continue
                awaited = {*tasks.running} if stopping.done() else {*tasks.running, stopping}
                await asyncio.wait(
                    awaited,
                    timeout=max(0.0, effort.generate_until(self._rules) - now),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                effort = replace(tasks.collect(effort), pace_s=self._pace_s)
        finally:
            stopping.cancel()
            if unused is not None:
                self._pool.release(unused)
            await tasks.cancel()

    def _parallel(self, scoring: Scoring | None) -> int:
        """Return how many candidates of one task to make at a time: one if the first is sent anyway."""
        return max(1, self._pool.ready) if scoring is not None else 1

    async def make_candidate(
        self, task: Task, slot: Slot | None, scoring: Scoring | None, max_chars: int, seed: int, *, first: bool
    ) -> Candidate:
        """Make one candidate with `slot`, or the next free one. Raises GenerationError."""
        slot = slot or await self._pool.acquire(first=first)
        started, own_seed = self._clock.now(), self._clock.rng.getrandbits(32)
        limit_s = max(self._rules.hang_s, self._rules.hang_factor * self._pace_s) if self._pace_s else None
        try:
            asset = await self._pool.generate(slot, task.prompt, own_seed, limit_s)
        finally:
            self._pool.release(slot)
        results = await asyncio.to_thread(lambda: base64.b64encode(asset).decode("ascii"))
        if max_chars and len(results) > max_chars:
            raise JobFailedError("too_large", f"a splat of {len(asset)} bytes is too large for its validator")
        score = await scoring.score(task.prompt, results, seed) if scoring is not None else None
        took_s = self._clock.now() - started
        self._pace_s = self._pace_s + self._rules.smoothing * (took_s - self._pace_s) if self._pace_s else took_s
        self._metrics.count_candidate("ok", took_s)
        return Candidate(results, own_seed, score)

    def report_failure(self, task: Task, error: GenerationError) -> None:
        """Log and count a candidate that failed."""
        logger.warning("task %s: no splat: %s", shorten(task.id), error)
        self._metrics.count_candidate("away" if isinstance(error, ServiceUnavailableError) else "failed")


class CandidateTasks:
    """The running candidates of one task, as asyncio tasks."""

    def __init__(self, runner: CandidateRunner, task: Task, scoring: Scoring | None, max_chars: int, seed: int) -> None:
        self._runner, self._task, self._scoring, self._max_chars, self._seed = runner, task, scoring, max_chars, seed
        self.running: set[asyncio.Task[Candidate]] = set()

    def start(self, slot: Slot | None, *, first: bool) -> None:
        """Start one more, which takes over `slot`."""
        making = self._runner.make_candidate(self._task, slot, self._scoring, self._max_chars, self._seed, first=first)
        self.running.add(asyncio.create_task(making))

    def collect(self, effort: Effort) -> Effort:
        """Add finished candidates and failed jobs to the effort."""
        for one in [one for one in self.running if one.done()]:
            self.running.discard(one)
            try:
                effort = replace(effort, best=choose_better(effort.best, one.result()), made=effort.made + 1)
            except GenerationError as error:
                self._runner.report_failure(self._task, error)
                effort = replace(effort, failures=effort.failures + isinstance(error, JobFailedError))
        return effort

    async def cancel(self) -> None:
        """Cancel those still running and wait until they have ended."""
        for one in self.running:
            one.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
