"""Jobs: a bounded queue in front of one worker per device, and what became of each. Knows no splats, files or HTTP.

Everything but the work itself happens on the event loop, so nothing here is locked. Progress crosses over by
`call_soon_threadsafe`; cancelling crosses back by an event that `report` looks at.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from generation.backends.contract import Cancelled, Preview, Progress, Report
from serving.lane import Lane
from serving.schemas import FINISHED, JobError, JobStatus, new_job_id

logger = logging.getLogger(__name__)

REPORT_INTERVAL_S = 0.1
"""Progress within one stage is passed on no more often than this; people cannot read faster."""

RECORDS_KEPT, RECORD_KEPT_S = 2000, 86_400.0
"""Finished jobs remembered after their results were dropped, about 2 KiB each, and for how long."""


class QueueFull(Exception):
    """No more jobs may wait now."""


@dataclass(frozen=True)
class Outcome:
    """What a job's work returns: what was understood of the prompt, and whatever else its owner wants back."""

    understood: str | None
    value: object


Work = Callable[[int, Report], Outcome]
"""Runs on the thread of the lane of this number."""


@dataclass(eq=False)
class JobRecord:
    """One job: what was asked, how far it is, how it ended. `value` is its work's, once done.

    `preview` is the latest look at the unfinished object while it runs, `looks` how many there have been.
    """

    prompt: str
    seed: int
    work: Work
    id: str = field(default_factory=new_job_id)
    status: JobStatus = "queued"
    progress: float = 0.0
    stage: str = "queued"
    understood: str | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    finished_at: datetime | None = None
    error: JobError | None = None
    value: object = None
    stage_since: float = 0.0
    preview: Preview | None = None
    looks: int = 0
    revision: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def finished(self) -> bool:
        """Whether nothing about it will change any more."""
        return self.status in FINISHED

    def touch(self) -> None:
        """Wake everybody who watches."""
        self.revision += 1
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass(frozen=True)
class QueueHooks:
    """Told of what happens, on the event loop: for metrics and the progress bar."""

    stage_ended: Callable[[str, float], None] = lambda _stage, _seconds: None
    progressed: Callable[[JobRecord], None] = lambda _record: None
    ended: Callable[[JobRecord], None] = lambda _record: None
    unwanted: Callable[[object], None] = lambda _value: None
    stuck: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class QueueLimits:
    """How many jobs may wait, how long one may run, how long one that was given up may take to notice."""

    waiting: int
    timeout_s: float
    stuck_s: float = 60.0
    """A generator must call `report` once a step; one that ignores its end for this long is stuck for good."""


class JobQueue:
    """First in, first out, one at a time on each of `lanes`."""

    def __init__(self, lanes: Sequence[Lane], limits: QueueLimits, hooks: QueueHooks) -> None:
        self._lanes = lanes
        self._limits = limits
        self._hooks = hooks
        self._waiting: deque[JobRecord] = deque()
        self._arrived = asyncio.Event()
        self._running: set[JobRecord] = set()
        self._records: OrderedDict[str, JobRecord] = OrderedDict()
        self._mean_s = 1.0

    def submit(self, record: JobRecord, *, remember: bool) -> None:
        """Queue a job; `remember` it by its id, now and for a while after its end. Raises QueueFull."""
        if len(self._waiting) >= self._limits.waiting:
            raise QueueFull
        self._waiting.append(record)
        self._arrived.set()
        if remember:
            self._records[record.id] = record

    def find(self, job_id: str) -> JobRecord | None:
        """The remembered job of this id."""
        return self._records.get(job_id)

    def position(self, record: JobRecord) -> int | None:
        """1 for the job that runs next, None for one that is not waiting."""
        return self._waiting.index(record) + 1 if record.status == "queued" else None

    def cancel(self, record: JobRecord) -> None:
        """End a job that has not ended; the worker lets go of it at its next report."""
        self._finish(record, "cancelled", None)

    @property
    def waiting(self) -> int:
        """Jobs in the queue."""
        return len(self._waiting)

    @property
    def is_busy(self) -> bool:
        """Whether a job waits or runs."""
        return bool(self._waiting or self._running)

    @property
    def retry_after_s(self) -> int:
        """When a place should be free: the time one job takes, shared by the lanes, within reason."""
        return round(min(60.0, max(1.0, self._mean_s / len(self._lanes))))

    async def watch(self, record: JobRecord) -> AsyncGenerator[JobRecord]:
        """The record now and after each change, until it has ended; a slow watcher misses steps, never the end."""
        while True:
            changed, finished = record.changed, record.finished
            yield record  # and while the watcher is busy with it, the job may end: that is still to be told
            if finished:
                return
            await changed.wait()

    async def run(self) -> None:
        """Work through the queue on all lanes until cancelled."""
        workers = [asyncio.create_task(self._work(number)) for number in range(len(self._lanes))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()

    async def _work(self, number: int) -> None:
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            record = self._waiting.popleft()
            self._running.add(record)
            try:
                await self._run_one(record, number)
            finally:
                self._running.discard(record)

    def stop(self) -> None:
        """End everything that has not ended: the service shuts down."""
        error = JobError(code="shutting_down", detail="the service was stopped before the job was done")
        for record in [*self._waiting, *self._running]:
            self._finish(record, "failed", error)

    async def _run_one(self, record: JobRecord, number: int) -> None:
        loop = asyncio.get_running_loop()
        waited_s = (datetime.now(UTC) - record.created_at).total_seconds()
        self._hooks.stage_ended("queued", waited_s)
        record.status, record.stage = "running", "starting"
        record.touch()
        for other in self._waiting:
            other.touch()  # everyone has moved up
        record.stage_since = started = time.monotonic()
        reporter = _Reporter(loop, record, self._advance)
        call = asyncio.ensure_future(self._lanes[number].run(partial(record.work, number, reporter.report)))
        ended = asyncio.ensure_future(record.ended.wait())
        await asyncio.wait({call, ended}, timeout=self._limits.timeout_s, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not call.done():
            error = JobError(code="timeout", detail=f"the job took longer than {self._limits.timeout_s:g} s")
            self._finish(record, "failed", error)
            await asyncio.wait({call}, timeout=self._limits.stuck_s)
        if not call.done():
            self._hooks.stuck()
            return
        self._conclude(record, call)
        self._mean_s = 0.8 * self._mean_s + 0.2 * (time.monotonic() - started)

    def _conclude(self, record: JobRecord, call: asyncio.Future[Outcome]) -> None:
        failure = call.exception()
        if failure is None and record.finished:
            self._hooks.unwanted(call.result().value)  # cancelled or timed out while the last step went on
        elif failure is None:
            record.understood, record.value = call.result().understood, call.result().value
            self._finish(record, "done", None)
        elif isinstance(failure, Cancelled):
            self._finish(record, "cancelled", None)
        else:
            logger.error("a generation failed", exc_info=failure)
            error = JobError(code="generation_failed", detail="the generator failed; the service's log says how")
            self._finish(record, "failed", error)

    def _advance(self, record: JobRecord, progress: Progress) -> None:
        if record.finished:
            return
        if progress.stage != record.stage:
            self._end_stage(record)
        record.stage = progress.stage
        record.progress = max(record.progress, min(1.0, progress.fraction))
        if progress.preview is not None:
            record.preview, record.looks = progress.preview, record.looks + 1
        record.touch()
        self._hooks.progressed(record)

    def _end_stage(self, record: JobRecord) -> None:
        now = time.monotonic()
        self._hooks.stage_ended(record.stage, now - record.stage_since)
        record.stage_since = now

    def _finish(self, record: JobRecord, status: JobStatus, error: JobError | None) -> None:
        if record.finished:
            return
        if record.status == "queued":
            self._waiting.remove(record)
        else:
            self._end_stage(record)
        record.gone.set()
        record.status, record.stage, record.error, record.preview = status, status, error, None
        record.progress = 1.0 if status == "done" else record.progress
        record.finished_at = datetime.now(UTC)
        record.touch()
        record.ended.set()
        for other in self._waiting:
            other.touch()
        self._hooks.ended(record)
        self.forget_old()

    def forget_old(self) -> None:
        """Drop the records of jobs that ended long ago, oldest first."""
        now = datetime.now(UTC)
        while self._records:
            oldest = next(iter(self._records.values()))
            expired = oldest.finished_at is not None and (now - oldest.finished_at).total_seconds() > RECORD_KEPT_S
            if not oldest.finished or not (expired or len(self._records) > RECORDS_KEPT):
                return
            del self._records[oldest.id]


class _Reporter:
    """`report` of one job: raises Cancelled once it is gone, thins out what it passes to the loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        record: JobRecord,
        advance: Callable[[JobRecord, Progress], None],
    ) -> None:
        self._loop = loop
        self._record = record
        self._advance = advance
        self._stage = ""
        self._last = 0.0

    def report(self, progress: Progress) -> None:
        if self._record.gone.is_set():
            raise Cancelled
        now = time.monotonic()
        soon = now - self._last < REPORT_INTERVAL_S
        if soon and progress.stage == self._stage and progress.preview is None:
            return
        self._stage, self._last = progress.stage, now
        self._loop.call_soon_threadsafe(self._advance, self._record, progress)
