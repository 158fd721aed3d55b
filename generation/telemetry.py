"""The service's metrics, and a progress bar for an operator at a terminal.

No prompt, id or key is ever part of a label or of the bar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from tqdm import tqdm

from generation.work.jobs import GenerationJob

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 600)
_SPLATS = (1_000, 5_000, 10_000, 20_000, 30_000, 50_000, 75_000, 100_000, 200_000, 500_000, 1_000_000)

STAGES_MAX = 32
"""Generators name their stages; only this many names become labels, all others are counted as "other"."""


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
        """Add a gauge whose value is read at each scrape."""
        Gauge(name, text, registry=self._registry).set_function(value)

    def stage_ended(self, stage: str, seconds: float) -> None:
        """Observe the duration of a stage."""
        if len(self._stages) < STAGES_MAX:
            self._stages.add(stage)
        self.seconds.labels(stage if stage in self._stages else "other").observe(seconds)

    def job_ended(self, job: GenerationJob[Any]) -> None:
        """Count a job that is done, failed or cancelled."""
        self.jobs.labels(job.status).inc()
        if job.result is not None:
            self.splats.observe(job.result.splat_count)
        if job.error is not None:
            self.failures.labels(job.error.code).inc()


class ProgressBar:
    """One line on a terminal: the number of the running job, its stage and its progress."""

    def __init__(self) -> None:
        self._count = 0
        self._bar: tqdm[NoReturn] | None = None

    def progressed(self, job: GenerationJob[Any]) -> None:
        """Show the running job's progress."""
        if self._bar is None:
            self._count += 1
            self._bar = tqdm(total=100, leave=False, bar_format="job {desc} |{bar:30}| {n:.0f} % {elapsed}")
        self._bar.set_description_str(f"{self._count} {job.stage}", refresh=False)
        self._bar.n = 100 * job.progress
        self._bar.refresh()

    def ended(self, job: GenerationJob[Any]) -> None:
        """Close the bar of a job that has ended."""
        if self._bar is not None and job.status != "queued":
            self._bar.close()
            self._bar = None
