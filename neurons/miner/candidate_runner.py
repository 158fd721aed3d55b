"""Makes the best candidate for a task in the time that it allows, several at once if the miner can score them.

Idle generation services make further candidates; the first candidate of any task has priority. Jobs that are no longer
needed are cancelled.
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
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.services.generation import GenerationError, JobFailedError, ServiceUnavailableError
from neurons.services.generation_pool import GenerationPool, Slot
from neurons.wire.peers import shorten

logger = logging.getLogger(__name__)


class Scoring(Protocol):
    """A miner's own scoring; see `neurons.miner.scoring.OwnScoring`."""

    def predicts(self, scorer: str) -> bool:
        """Check whether these scores predict those of a validator's scorer."""
        ...

    async def score(self, prompt: str, results: str, seed: int) -> float | None:
        """Return the score, None if no service could judge."""
        ...


class CandidateRunner:
    """Makes candidates with `pool` and scores them with `scoring`, unless that is None."""

    def __init__(
        self, pool: GenerationPool, scoring: Scoring | None, rules: MinerRules, clock: Clock, metrics: MinerMetrics
    ) -> None:
        self._pool, self._scoring = pool, scoring
        self._rules, self._clock, self._metrics = rules, clock, metrics
        self._pace_s = 0.0  # typical time of a candidate, without the wait for a service; 0: unknown yet

    async def make_best(
        self, task: Task, slot: Slot, thresholds: tuple[float, ...], scorer: str, max_chars: int, stop: asyncio.Event
    ) -> tuple[Effort, NextAction]:
        """Make candidates for a task; return the effort, and whether to submit its best candidate or to decline.

        `slot` is an acquired one, released here. `scorer` is the validator's. `max_chars` limits the base64 of a
        candidate; 0: no limit. Once `stop` is set, an acceptable candidate is not improved any further.
        """
        scoring = self._choose_scoring(task, scorer)
        tasks = CandidateTasks(self, task, scoring, max_chars, self._clock.rng.getrandbits(32))
        effort = Effort(self._clock.now(), task.submit_before, thresholds, pace_s=self._pace_s)
        unused: Slot | None = slot
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while True:
                # Decide from the candidates made so far and the time left.
                now, running = self._clock.now(), len(tasks.running)
                action = choose_action(effort, running, now, self._rules, draining=stop.is_set())
                if action in (NextAction.SUBMIT, NextAction.DECLINE):
                    return effort, action
                if action is NextAction.START and running < self._max_parallel(scoring):
                    tasks.start(unused, first=effort.best is None and not running)
                    unused = None
                    continue

                # Wait for a candidate, the end of the time, or the stop.
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

    def _choose_scoring(self, task: Task, scorer: str) -> Scoring | None:
        """Return the miner's own scoring if its scores predict those of the validator's `scorer`, else None."""
        if self._scoring is None or self._scoring.predicts(scorer):
            return self._scoring
        logger.info("task %s: our scoring does not predict %s", shorten(task.id), shorten(scorer) or "any scorer now")
        return None

    def _max_parallel(self, scoring: Scoring | None) -> int:
        """Return how many candidates of one task to make at a time: one if the first is sent in any case."""
        return max(1, self._pool.ready) if scoring is not None else 1

    async def make_candidate(
        self, task: Task, slot: Slot | None, scoring: Scoring | None, max_chars: int, seed: int, *, first: bool
    ) -> Candidate:
        """Make one candidate with `slot`, or with the next free slot, and release that. Raises GenerationError.

        `seed` is for scoring: it is the same for all candidates of a task, so that their scores compare.
        """
        slot = slot or await self._pool.acquire(first=first)
        started, own_seed = self._clock.now(), self._clock.rng.getrandbits(32)
        limit_s = max(self._rules.hang_s, self._rules.hang_factor * self._pace_s) if self._pace_s else None
        try:
            asset = await self._pool.generate(slot, task.prompt, own_seed, limit_s)
        finally:
            self._pool.release(slot)
        results = await asyncio.to_thread(lambda: base64.b64encode(asset).decode("ascii"))
        if max_chars and len(results) > max_chars:
            raise JobFailedError("too_large", f"a splat of {len(asset)} bytes is too large for the validator")
        score = await scoring.score(task.prompt, results, seed) if scoring is not None else None
        took_s = self._clock.now() - started
        self._pace_s = self._pace_s + self._rules.smoothing * (took_s - self._pace_s) if self._pace_s else took_s
        self._metrics.count_candidate("ok", took_s)
        return Candidate(results, own_seed, score)

    def report_failure(self, task: Task, error: GenerationError) -> None:
        """Log and count a candidate that failed."""
        logger.warning("task %s: a candidate failed: %s", shorten(task.id), error)
        self._metrics.count_candidate("away" if isinstance(error, ServiceUnavailableError) else "failed")


class CandidateTasks:
    """The running candidates of one task, each an asyncio task; `seed` is the task's seed for scoring."""

    def __init__(self, runner: CandidateRunner, task: Task, scoring: Scoring | None, max_chars: int, seed: int) -> None:
        self._runner, self._task, self._scoring, self._max_chars, self._seed = runner, task, scoring, max_chars, seed
        self.running: set[asyncio.Task[Candidate]] = set()

    def start(self, slot: Slot | None, *, first: bool) -> None:
        """Start a candidate, which takes over `slot`."""
        making = self._runner.make_candidate(self._task, slot, self._scoring, self._max_chars, self._seed, first=first)
        self.running.add(asyncio.create_task(making))

    def collect(self, effort: Effort) -> Effort:
        """Return the effort with the finished candidates and failed jobs added."""
        for done in [running for running in self.running if running.done()]:
            self.running.discard(done)
            try:
                effort = replace(effort, best=choose_better(effort.best, done.result()), made=effort.made + 1)
            except GenerationError as error:
                self._runner.report_failure(self._task, error)
                effort = replace(effort, failures=effort.failures + isinstance(error, JobFailedError))
        return effort

    async def cancel(self) -> None:
        """Cancel the candidates that are still running and wait until they have ended."""
        for running in self.running:
            running.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
