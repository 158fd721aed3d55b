"""What a miner counts, for Prometheus: labels are words of ours, never a validator's text, a hotkey or a prompt."""

from __future__ import annotations

import contextlib
import time
from collections import Counter as CounterDict
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from neurons.miner.validators import Validators
from neurons.services.generation_pool import Generators
from validation.schemas import REJECT_CODES

PULL_CODES = frozenset({"task", "cooldown", "validator_unready", "failed", "nothing"})
RESULT_CODES = REJECT_CODES | {
    "low_score",
    "copy",
    "unknown_task",
    "bad_signature",
    "stale_signature",
    "downgraded",
    "bound_signature_required",
    "too_many_submissions",
}
"""What a validator may say of a result; anything else is counted as "other"."""

_SECONDS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_SCORES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class MinerMetrics:
    """Counters of one miner in one registry, and when it last made something and last heard from a validator."""

    def __init__(self, registry: CollectorRegistry, now: Callable[[], float] = time.monotonic) -> None:
        self.registry, self._now = registry, now
        self._heard_at = self._made_at = now()
        self._counts: CounterDict[str] = CounterDict()
        self._pulls = Counter("miner_pulls", "Asked for a task, by outcome", ["outcome"], registry=registry)
        self._ends = Counter(
            "miner_tasks", "Tasks that ended, by outcome and code", ["outcome", "code"], registry=registry
        )
        self._made = Counter("miner_candidates", "Splats asked for, by outcome", ["outcome"], registry=registry)
        self._took = Histogram(
            "miner_candidate_seconds", "To make and score a splat", registry=registry, buckets=_SECONDS
        )
        self._scores = Histogram("miner_scores", "Scores validators gave", registry=registry, buckets=_SCORES)
        self.open_tasks = Gauge("miner_open_tasks", "Tasks at work", registry=registry)

    def pulled(self, outcome: str) -> None:
        """A validator was asked for a task."""
        self._pulls.labels(outcome if outcome in PULL_CODES else "other").inc()
        if outcome != "failed":
            self._heard_at = self._now()

    def made(self, outcome: str, took_s: float | None = None) -> None:
        """A splat was made, or not."""
        self._made.labels(outcome).inc()
        if took_s is not None:
            self._took.observe(took_s)
            self._made_at = self._now()

    def ended(self, outcome: str, code: str = "", score: float | None = None) -> None:
        """A task ended."""
        self._counts[outcome] += 1
        self._ends.labels(outcome, code if not code or code in RESULT_CODES else "other").inc()
        if score is not None:
            self._scores.observe(score)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Counts a task as open."""
        with self.open_tasks.track_inprogress():
            yield

    def overdue(self, silence_s: float) -> dict[str, float]:
        """What has not happened for longer than that, and for how many seconds."""
        since = {"no validator has answered": self._heard_at, "no splat was made": self._made_at}
        return {what: self._now() - at for what, at in since.items() if self._now() - at > silence_s}

    def summary(self) -> str:
        """How tasks ended so far, in words."""
        return ", ".join(f"{count} {outcome}" for outcome, count in sorted(self._counts.items())) or "no task ended yet"

    def watch(self, validators: Validators, generators: Generators) -> None:
        """Shows how these stand whenever the metrics are read."""
        gauges = {
            "miner_validators": ("Validators worth asking", lambda: len(validators)),
            "miner_validators_reachable": ("Of those, whose last call did not fail", lambda: validators.reachable),
            "miner_generators_up": ("Generation services that can work", lambda: generators.up),
            "miner_generators_busy": ("Of those, at work", lambda: generators.busy),
            "miner_generation_seconds": ("Spent generating, all services together", lambda: generators.busy_s),
        }
        for name, (text, read) in gauges.items():
            Gauge(name, text, registry=self.registry).set_function(read)
