"""A bounded queue in front of one worker per device: first in, first out.

Everything but the generation itself happens on the event loop, so nothing here needs a lock. Progress reaches the loop
by `call_soon_threadsafe`; cancelling reaches the worker by an event that `report` checks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from generation.backends.contract import Cancelled, GenerationFailed, Progress, Report
from generation.work.jobs import File, GenerationJob, JobResult
from serving.executor import SingleThreadExecutor
from serving.schemas import JobError, JobStatus

logger = logging.getLogger(__name__)

REPORT_INTERVAL_S = 0.1
"""Shortest time between two progress reports of one stage; people cannot read faster."""


class QueueFull(Exception):
    """The queue holds as many jobs as its limit allows."""


class Produce(Protocol):
    """A function that does the work of a job."""

    def __call__(self, job: GenerationJob[File], worker: int, report: Report) -> JobResult[File]:
        """Return the job's result; called on the thread of worker number `worker`. Raises Cancelled by `report`."""
        ...


@dataclass(frozen=True)
class QueueHooks:
    """Callbacks for metrics and the progress bar, called on the event loop.

    stage_ended  with a stage's name and its seconds
    progressed   with a running job, after each report
    ended        with a job that has just ended
    stuck        when a worker no longer responds
    """

    stage_ended: Callable[[str, float], None] = lambda _stage, _seconds: None
    progressed: Callable[[GenerationJob[Any]], None] = lambda _job: None
    ended: Callable[[GenerationJob[Any]], None] = lambda _job: None
    stuck: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class QueueLimits:
    """Bounds of the queue.

    waiting    jobs that may wait
    timeout_s  longest run of a job
    stuck_s    how long a worker may continue after its job has ended; generators call `report` once a step, so one that
               is silent for this long will never return
    """

    waiting: int
    timeout_s: float
    stuck_s: float = 60.0


class JobQueue:
    """Runs jobs in order, one at a time on each of the `executors`; `produce` does the work."""

    def __init__(
        self, executors: Sequence[SingleThreadExecutor], limits: QueueLimits, produce: Produce, hooks: QueueHooks
    ) -> None:
        self._executors = executors
        self._limits = limits
        self._produce = produce
        self._hooks = hooks
        self._waiting: deque[GenerationJob[Any]] = deque()
        self._running: set[GenerationJob[Any]] = set()
        self._arrived = asyncio.Event()
        self._mean_s = 1.0

    def submit(self, job: GenerationJob[Any]) -> None:
        """Queue a job. Raises QueueFull."""
        if len(self._waiting) >= self._limits.waiting:
            raise QueueFull
        self._waiting.append(job)
        self._arrived.set()

    def position(self, job: GenerationJob[Any]) -> int | None:
        """Return the job's place in the queue, 1 for the next; None if it is not waiting."""
        return self._waiting.index(job) + 1 if job.status == "queued" else None

    def cancel(self, job: GenerationJob[Any]) -> None:
        """Cancel a job, unless it has ended; a running one stops at its next report."""
        self._finish(job, "cancelled", None)

    @property
    def waiting(self) -> int:
        """Number of waiting jobs."""
        return len(self._waiting)

    @property
    def is_busy(self) -> bool:
        """Check whether any job waits or runs."""
        return bool(self._waiting or self._running)

    @property
    def retry_after_s(self) -> int:
        """Seconds until a place should be free: a job's mean time over the number of workers, from 1 to 60."""
        return round(min(60.0, max(1.0, self._mean_s / len(self._executors))))

    async def watch(self, job: GenerationJob[File]) -> AsyncGenerator[GenerationJob[File]]:
        """Yield the job now and after each change until it has ended.

        A slow consumer may miss changes in between, but never the last.
        """
        while True:
            changed, finished = job.changed, job.finished  # read first: the job may end while the consumer is busy
            yield job
            if finished:
                return
            await changed.wait()

    async def run(self) -> None:
        """Work through the queue on all executors until cancelled."""
        workers = [asyncio.create_task(self._work(worker)) for worker in range(len(self._executors))]
        try:
            await asyncio.gather(*workers)
        finally:
            for task in workers:
                task.cancel()

    def stop(self) -> None:
        """Fail every job that has not ended, because the service shuts down."""
        error = JobError(code="shutting_down", detail="the service was stopped before the job was done")
        for job in [*self._waiting, *self._running]:
            self._finish(job, "failed", error)

    async def _work(self, worker: int) -> None:
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            job = self._waiting.popleft()
            self._running.add(job)
            try:
                await self._run_job(job, worker)
            finally:
                self._running.discard(job)

    async def _run_job(self, job: GenerationJob[File], worker: int) -> None:
        # Start: the job leaves the queue, and all others move up.
        self._hooks.stage_ended("queued", (datetime.now(UTC) - job.created_at).total_seconds())
        job.status, job.stage = "running", "starting"
        job.stage_since = started = time.monotonic()
        job.touch()
        self._touch_waiting()

        # Wait for the result, or until the job is cancelled or out of time.
        report = _Reporter(asyncio.get_running_loop(), job, self._advance).report
        call = asyncio.ensure_future(self._executors[worker].run(lambda: self._produce(job, worker, report)))
        ended = asyncio.ensure_future(job.ended.wait())
        await asyncio.wait({call, ended}, timeout=self._limits.timeout_s, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()

        # The worker is free only when the call returns: give an abandoned one time to notice.
        if not call.done():
            error = JobError(code="timeout", detail=f"the job took longer than {self._limits.timeout_s:g} s")
            self._finish(job, "failed", error)
            await asyncio.wait({call}, timeout=self._limits.stuck_s)
        if not call.done():
            self._hooks.stuck()
            return
        self._conclude(job, call)
        self._mean_s = 0.8 * self._mean_s + 0.2 * (time.monotonic() - started)

    def _conclude(self, job: GenerationJob[File], call: asyncio.Future[JobResult[File]]) -> None:
        failure = call.exception()
        if failure is None and job.finished:  # cancelled or timed out during the last step
            job.recipe.discard(call.result().files)
        elif failure is None:
            job.result = call.result()
            job.recipe.keep(job.id, job.result.files)
            self._finish(job, "done", None)
        elif isinstance(failure, Cancelled):
            self._finish(job, "cancelled", None)
        else:
            logger.error("a generation failed", exc_info=failure)
            if isinstance(failure, GenerationFailed):
                error = JobError(code=failure.code, detail=str(failure))
            else:
                error = JobError(code="generation_failed", detail="the generator failed; see the service's log")
            self._finish(job, "failed", error)

    def _advance(self, job: GenerationJob[Any], progress: Progress) -> None:
        if job.finished:
            return
        if progress.stage != job.stage:
            self._end_stage(job)
        job.stage = progress.stage
        job.progress = max(job.progress, min(1.0, progress.fraction))
        if progress.preview is not None:
            job.preview, job.preview_count = progress.preview, job.preview_count + 1
        job.touch()
        self._hooks.progressed(job)

    def _end_stage(self, job: GenerationJob[Any]) -> None:
        now = time.monotonic()
        self._hooks.stage_ended(job.stage, now - job.stage_since)
        job.stage_since = now

    def _finish(self, job: GenerationJob[Any], status: JobStatus, error: JobError | None) -> None:
        if job.finished:
            return
        if job.status == "queued":
            self._waiting.remove(job)
        else:
            self._end_stage(job)
        job.cancelled.set()
        job.status, job.stage, job.error, job.preview = status, status, error, None
        job.progress = 1.0 if status == "done" else job.progress
        job.finished_at = datetime.now(UTC)
        job.touch()
        job.ended.set()
        self._touch_waiting()
        self._hooks.ended(job)

    def _touch_waiting(self) -> None:
        """Wake the watchers of waiting jobs, whose position may have changed."""
        for job in self._waiting:
            job.touch()


class _Reporter:
    """Provides the `report` of one job: raises Cancelled once it has ended, forwards reports to the loop.

    `report` runs on the worker's thread, `advance` on the event loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        job: GenerationJob[Any],
        advance: Callable[[GenerationJob[Any], Progress], None],
    ) -> None:
        self._loop = loop
        self._job = job
        self._advance = advance
        self._stage = ""
        self._last = 0.0

    def report(self, progress: Progress) -> None:
        if self._job.cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        soon = now - self._last < REPORT_INTERVAL_S
        if soon and progress.stage == self._stage and progress.preview is None:
            return
        self._stage, self._last = progress.stage, now
        self._loop.call_soon_threadsafe(self._advance, self._job, progress)
