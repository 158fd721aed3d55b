"""A miner's Prometheus metrics. Labels come from fixed lists, never from a peer's text, a hotkey or a prompt."""

from __future__ import annotations

import contextlib
import time
from collections import Counter as CounterDict
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from neurons.messages import SUBMIT_REFUSALS
from neurons.miner.validators import Validators
from neurons.services.generation_pool import GenerationPool
from validation.schemas import REJECT_CODES

PULL_CODES = frozenset({"task", "cooldown", "validator_unready", "too_many_submissions", "failed", "nothing"})
RESULT_CODES = REJECT_CODES | SUBMIT_REFUSALS.keys() | {"low_score", "copy"}
"""Reason codes of a result; any other is counted as "other"."""

_SECONDS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_SCORES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class MinerMetrics:
    """Metrics of one miner, and the times of its last splat and of the last reply from a validator."""

    def __init__(self, registry: CollectorRegistry, now: Callable[[], float] = time.monotonic) -> None:
        self.registry, self._now = registry, now
        self._replied_at = self._made_at = now()
        self._counts: CounterDict[str] = CounterDict()
        self._pulls = Counter("miner_pulls", "Pulls, by outcome", ["outcome"], registry=registry)
        self._ends = Counter(
            "miner_tasks", "Tasks that ended, by outcome and code", ["outcome", "code"], registry=registry
        )
        self._made = Counter("miner_candidates", "Candidates, by outcome", ["outcome"], registry=registry)
        self._took = Histogram(
            "miner_candidate_seconds", "Time to make and score a candidate", registry=registry, buckets=_SECONDS
        )
        self._scores = Histogram("miner_scores", "Scores by the validators", registry=registry, buckets=_SCORES)
        self.open_tasks = Gauge("miner_open_tasks", "Open tasks", registry=registry)

    def count_pull(self, outcome: str) -> None:
        """Count a pull."""
        self._pulls.labels(outcome if outcome in PULL_CODES else "other").inc()
        if outcome != "failed":
            self._replied_at = self._now()

    def count_candidate(self, outcome: str, took_s: float | None = None) -> None:
        """Count a candidate, with the time it took if it was made."""
        self._made.labels(outcome).inc()
        if took_s is not None:
            self._took.observe(took_s)
            self._made_at = self._now()

    def count_task(self, outcome: str, code: str = "", score: float | None = None) -> None:
        """Count a task that ended."""
        self._counts[outcome] += 1
        self._ends.labels(outcome, code if not code or code in RESULT_CODES else "other").inc()
        if score is not None:
            self._scores.observe(score)

    @contextlib.contextmanager
    def open_task(self) -> Iterator[None]:
        """Count a task as open during the block."""
        with self.open_tasks.track_inprogress():
            yield

    def overdue(self, silence_s: float) -> dict[str, float]:
        """Return what has not happened for longer than `silence_s`, and for how many seconds."""
        since = {"no validator has replied": self._replied_at, "no splat was made": self._made_at}
        return {problem: self._now() - at for problem, at in since.items() if self._now() - at > silence_s}

    def summary(self) -> str:
        """Summarise for the log how tasks have ended."""
        return (
            ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._counts.items())) or "no task closed yet"
        )

    def add_gauges(self, validators: Validators, pool: GenerationPool) -> None:
        """Add gauges that read the state of the validators and the generation services."""
        gauges = {
            "miner_validators": ("Validators worth calling", lambda: len(validators)),
            "miner_validators_reachable": ("Those whose last call did not fail", lambda: validators.reachable),
            "miner_generators_up": ("Generation services that are ready", lambda: pool.ready),
            "miner_generators_busy": ("Generation services that are working", lambda: pool.busy),
            "miner_generation_seconds": ("Total working time of all generation services", lambda: pool.busy_s),
        }
        for name, (text, read) in gauges.items():
            Gauge(name, text, registry=self.registry).set_function(read)
