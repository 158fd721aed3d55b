"""The running service behind the routes: pipeline, queue, job history, result store, downloads. No HTTP.

It exists before the generator is loaded; until then it is not ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from generation.backends.contract import Generator, Report
from generation.pipeline import Pipeline
from generation.settings import GenerationConfig
from generation.telemetry import ProgressBar, Telemetry
from generation.work.downloads import Downloads
from generation.work.history import JobHistory
from generation.work.jobs import File, GenerationJob, JobResult, Output, Recipe, in_memory
from generation.work.queue import JobQueue, QueueFull, QueueHooks, QueueLimits
from generation.work.results import ResultLimits, ResultStore, StoredFile
from serving.errors import ServiceError, busy
from serving.executor import SingleThreadExecutor
from serving.schemas import SEED_MAX, Job, ResultName
from serving.status import ServiceStatus
from serving.tasks import background

logger = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 15.0

RESULT_FORMATS: tuple[ResultName, ...] = ("ply", "spz", "mp4", "png")
"""Formats in which a finished job can be fetched."""

_STORED_OUTPUTS = (Output("ply"), Output("spz"))
"""Encoded by the job itself, so that a finished job has its asset; image and video are encoded on first request."""


class GenerationService:
    """All state of the service in one process. Used on the event loop."""

    def __init__(
        self,
        config: GenerationConfig,
        pipeline: Pipeline,
        status: ServiceStatus,
        bar: ProgressBar | None,
        root_path: str = "",
    ) -> None:
        self._root_path = root_path
        self._pipeline = pipeline
        self._status = status
        self._bar = bar
        self._devices = config.devices
        self._generators: list[Generator] = []
        self._executors = [SingleThreadExecutor(f"generator on {device}") for device in config.devices]
        self._telemetry = Telemetry(status.registry)
        kept = ResultLimits(config.results_kept_jobs, config.results_kept_mib << 20, config.results_kept_s)
        self._store = ResultStore(kept, Path(tempfile.gettempdir()))
        self._stored = Recipe(_STORED_OUTPUTS, self._store.write, self._store.keep, self._store.discard)
        self._history = JobHistory()
        self.downloads = Downloads(pipeline.encoders, self._store)
        limits = QueueLimits(config.queue_limit, config.job_timeout_s)
        self.queue = JobQueue(self._executors, limits, self._produce, self._hooks())
        self._telemetry.gauge("generation_queue_length", "Jobs that wait", lambda: self.queue.waiting)
        self._telemetry.gauge("generation_results_bytes", "Bytes of kept results", lambda: self._store.size)
        status.not_ready = self._not_ready
        status.busy = lambda: self.queue.is_busy
        status.stop = self.queue.stop

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the generator, then work, until the block ends."""
        with self._store:
            try:
                async with background(self._load_and_work(), self._sweep(), on_error=self._status.fail):
                    try:
                        yield
                    finally:
                        self.queue.stop()
            finally:
                self.downloads.close()
                for executor in self._executors:
                    executor.close()

    def submit(self, prompt: str, seed: int | None) -> GenerationJob[StoredFile]:
        """Queue a job whose files are stored, to be fetched by its id.

        Raises ServiceError (503) if the queue is full or the service is not ready.
        """
        job = self._enqueue(prompt, seed, self._stored)
        self._history.add(job)
        return job

    def submit_once(self, prompt: str, seed: int | None, output: Output) -> GenerationJob[bytes]:
        """Queue a job for one file that the caller waits for; it is not kept in the history.

        Raises ServiceError (503) if the queue is full or the service is not ready.
        """
        return self._enqueue(prompt, seed, in_memory(output))

    def find(self, job_id: str) -> GenerationJob[StoredFile]:
        """Return the job of this id. Raises ServiceError (404)."""
        job = self._history.find(job_id)
        if job is None:
            raise ServiceError(404, "unknown_job", "no such job")
        return job

    def delete(self, job: GenerationJob[StoredFile]) -> None:
        """Cancel a job, or drop its results if it is done. May be repeated."""
        self.queue.cancel(job)
        self._store.drop(job.id)

    def snapshot(self, job: GenerationJob[StoredFile]) -> Job:
        """Return the job as clients see it."""
        kept, url = job.status == "done" and self._store.has(job.id), self.url_of(job)
        return Job(
            id=job.id,
            status=job.status,
            position=self.queue.position(job),
            progress=round(job.progress, 4),
            stage=job.stage,
            prompt=job.prompt,
            seed=job.seed,
            understood=job.result.understood if job.result is not None else None,
            created_at=job.created_at,
            finished_at=job.finished_at,
            error=job.error,
            results={name: f"{url}/result.{name}" for name in RESULT_FORMATS} if kept else {},
            preview=f"{url}/preview.png?look={job.preview_count}" if job.preview is not None else None,
        )

    def url_of(self, job: GenerationJob[StoredFile]) -> str:
        """Return the job's URL, without scheme and host."""
        return f"{self._root_path}/jobs/{job.id}"

    async def snapshots(self, job: GenerationJob[StoredFile]) -> AsyncIterator[tuple[int, Job]]:
        """Yield (revision, job as clients see it) now and after each change; revisions rise."""
        async with contextlib.aclosing(self.queue.watch(job)) as changes:
            async for changed in changes:
                yield changed.revision, self.snapshot(changed)

    def _enqueue(self, prompt: str, seed: int | None, recipe: Recipe[File]) -> GenerationJob[File]:
        if reasons := self._status.reasons():
            self._telemetry.refusals.labels("not_ready").inc()
            raise busy("not_ready", "; ".join(reasons), 5)
        job = GenerationJob(prompt, secrets.randbelow(SEED_MAX + 1) if seed is None else seed, recipe)
        try:
            self.queue.submit(job)
        except QueueFull:
            self._telemetry.refusals.labels("queue_full").inc()
            raise busy("queue_full", "the queue is full; try again later", self.queue.retry_after_s) from None
        return job

    def _produce(self, job: GenerationJob[File], worker: int, report: Report) -> JobResult[File]:
        return self._pipeline.produce(self._generators[worker], job.prompt, job.seed, job.recipe, report)

    def _hooks(self) -> QueueHooks:
        return QueueHooks(
            stage_ended=self._telemetry.stage_ended,
            progressed=self._bar.progressed if self._bar is not None else lambda _job: None,
            ended=self._on_ended,
            stuck=self._on_stuck,
        )

    def _on_ended(self, job: GenerationJob[Any]) -> None:
        self._telemetry.job_ended(job)
        if self._bar is not None:
            self._bar.ended(job)
        self._history.forget_old()

    def _on_stuck(self) -> None:
        self._status.fatal = "the generator has stopped responding"

    def _not_ready(self) -> list[str]:
        return [] if len(self._generators) == len(self._executors) else ["the generator is being loaded"]

    async def _load_and_work(self) -> None:
        # Load one generator per device, one after another: reading weights takes memory of its own.
        backend, started = self._pipeline.backend, time.monotonic()
        try:
            for device, executor in zip(self._devices, self._executors, strict=True):
                self._generators.append(await executor.run(partial(self._pipeline.load, device)))
        except Exception as error:  # the outermost loop of the service's work
            logger.exception("the generator %r could not be loaded", backend)
            self._status.fatal = f"the generator {backend!r} could not be loaded: {error}"
            return
        took_s, devices = time.monotonic() - started, ", ".join(self._devices)
        logger.info("generator %s loaded on %s in %.1f s", backend, devices, took_s)
        await self.queue.run()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            self._store.sweep()
            self._history.forget_old()
