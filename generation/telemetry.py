"""What an operator graphs and watches: the service's metrics, and a progress bar on a terminal.

No prompt, id or key reaches a label or the bar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from tqdm import tqdm

from generation.work.queue import JobRecord

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 600)
_SPLATS = (1_000, 5_000, 10_000, 20_000, 30_000, 50_000, 75_000, 100_000, 200_000, 500_000, 1_000_000)

STAGES_MAX = 32
"""Stage names come from generators; however many one invents, this many become labels and the rest is "other"."""


class Telemetry:
    """The metrics of one service, in its own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._stages: set[str] = set()
        self._registry = registry
        self.jobs = Counter("generation_jobs", "Jobs that ended, by how", ["status"], registry=registry)
        self.failures = Counter("generation_failures", "Failed jobs by code", ["code"], registry=registry)
        self.refusals = Counter("generation_refusals", "Jobs not accepted, by code", ["code"], registry=registry)
        self.seconds = Histogram(
            "generation_stage_seconds", "Job seconds by stage", ["stage"], registry=registry, buckets=_SECONDS
        )
        self.splats = Histogram("generation_splats", "Splats of finished objects", registry=registry, buckets=_SPLATS)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge that is read when Prometheus asks."""
        Gauge(name, text, registry=self._registry).set_function(value)

    def stage_ended(self, stage: str, seconds: float) -> None:
        """A stage of a job took this long."""
        if len(self._stages) < STAGES_MAX:
            self._stages.add(stage)
        self.seconds.labels(stage if stage in self._stages else "other").observe(seconds)

    def job_ended(self, record: JobRecord) -> None:
        """A job ended, one way or another."""
        self.jobs.labels(record.status).inc()
        if record.error is not None:
            self.failures.labels(record.error.code).inc()


class ProgressBar:
    """One line on a terminal: which job of this run it is, its stage, how far it is."""

    def __init__(self) -> None:
        self._count = 0
        self._bar: tqdm[NoReturn] | None = None

    def progressed(self, record: JobRecord) -> None:
        """The running job has moved."""
        if self._bar is None:
            self._count += 1
            self._bar = tqdm(total=100, leave=False, bar_format="job {desc} |{bar:30}| {n:.0f} % {elapsed}")
        self._bar.set_description_str(f"{self._count} {record.stage}", refresh=False)
        self._bar.n = 100 * record.progress
        self._bar.refresh()

    def ended(self, record: JobRecord) -> None:
        """The job ended; one that never ran had no bar."""
        if self._bar is not None and record.status != "queued":
            self._bar.close()
            self._bar = None
