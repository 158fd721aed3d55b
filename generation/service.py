"""The running service behind the routes: engine, queue, result store, downloads. No HTTP.

Made before the generator is loaded; `ready` says when it can work.
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
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from generation.backends.contract import Generator, Report
from generation.engine import Engine, Produced, Wanted, produce
from generation.settings import GenerationConfig
from generation.telemetry import ProgressBar, Telemetry
from generation.work.downloads import Downloads
from generation.work.queue import JobQueue, JobRecord, Outcome, QueueFull, QueueHooks, QueueLimits
from generation.work.results import ResultLimits, ResultStore, StoredFile
from serving.errors import ServiceError, busy
from serving.lane import Lane
from serving.schemas import SEED_MAX, Job, ResultName
from serving.vitals import Vitals

logger = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 15.0

OFFERED: tuple[ResultName, ...] = ("ply", "spz", "mp4", "png")
"""Formats of a finished job's results."""

_MADE_AT_ONCE = (Wanted("ply"), Wanted("spz"))
"""Encoded in the job itself, so that `done` means the asset is there; pictures are made when first asked for."""


@dataclass(frozen=True)
class Written:
    """What a job of the asynchronous kind leaves behind."""

    splat_count: int
    files: dict[str, StoredFile]


class GenerationService:
    """Everything one process of the service holds. Used on the event loop."""

    def __init__(self, config: GenerationConfig, engine: Engine, vitals: Vitals, bar: ProgressBar | None) -> None:
        self._engine = engine
        self._vitals = vitals
        self._devices = config.devices
        self._generators: list[Generator] = []
        self._lanes = [Lane(f"generator on {device}") for device in config.devices]
        self._telemetry = Telemetry(vitals.registry)
        limits = ResultLimits(config.results_kept_jobs, config.results_kept_mib << 20, config.results_kept_s)
        self._store = ResultStore(limits, Path(tempfile.gettempdir()))
        self.downloads = Downloads(engine, self._store)
        waiting = QueueLimits(config.queue_limit, config.job_timeout_s)
        self.queue = JobQueue(self._lanes, waiting, self._hooks(bar))
        self._telemetry.gauge("generation_queue_length", "Jobs that wait", lambda: self.queue.waiting)
        self._telemetry.gauge("generation_results_bytes", "Bytes of kept results", lambda: self._store.size)
        vitals.not_ready = self._not_ready
        vitals.busy = lambda: self.queue.is_busy
        vitals.stop = self.queue.stop

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the generator, then work, until the block ends."""
        with self._store:
            tasks = [asyncio.create_task(step) for step in (self._load_and_work(), self._sweep())]
            try:
                yield
            finally:
                self.queue.stop()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.downloads.close()
                for lane in self._lanes:
                    lane.close()

    def submit(self, prompt: str, seed: int | None, wanted: tuple[Wanted, ...] | None = None) -> JobRecord:
        """A new job: of the asynchronous kind, or one that makes just `wanted` and is forgotten.

        Raises ServiceError (503) when there is no place or the service cannot take work.
        """
        if reasons := self._vitals.reasons():
            self._telemetry.refusals.labels("not_ready").inc()
            raise busy("not_ready", "; ".join(reasons), 5)
        seed = secrets.randbelow(SEED_MAX + 1) if seed is None else seed
        files = partial(self._produce_files, prompt, seed)
        record = JobRecord(prompt, seed, files if wanted is None else partial(self._produce, prompt, seed, wanted))
        try:
            self.queue.submit(record, remember=wanted is None)
        except QueueFull:
            self._telemetry.refusals.labels("queue_full").inc()
            raise busy("queue_full", "the queue is full; try again later", self.queue.retry_after_s) from None
        return record

    def find(self, job_id: str) -> JobRecord:
        """The job of this id. Raises ServiceError (404)."""
        record = self.queue.find(job_id)
        if record is None:
            raise ServiceError(404, "unknown_job", "no such job")
        return record

    def delete(self, record: JobRecord) -> None:
        """Cancel a job, or drop the results of one that is done. May be repeated."""
        self.queue.cancel(record)
        self._store.drop(record.id)

    def snapshot(self, record: JobRecord) -> Job:
        """The job as clients see it."""
        kept = record.status == "done" and self._store.has(record.id)
        return Job(
            id=record.id,
            status=record.status,
            position=self.queue.position(record),
            progress=round(record.progress, 4),
            stage=record.stage,
            prompt=record.prompt,
            seed=record.seed,
            understood=record.understood,
            created_at=record.created_at,
            finished_at=record.finished_at,
            error=record.error,
            results={name: f"/jobs/{record.id}/result.{name}" for name in OFFERED} if kept else {},
            preview=f"/jobs/{record.id}/preview.png?look={record.looks}" if record.preview is not None else None,
        )

    async def snapshots(self, record: JobRecord) -> AsyncIterator[tuple[int, Job]]:
        """The job now and after each change, with a rising number."""
        async with contextlib.aclosing(self.queue.watch(record)) as changes:
            async for changed in changes:
                yield changed.revision, self.snapshot(changed)

    def _hooks(self, bar: ProgressBar | None) -> QueueHooks:
        def ended(record: JobRecord) -> None:
            self._telemetry.job_ended(record)
            if isinstance(record.value, Written):
                self._telemetry.splats.observe(record.value.splat_count)
                self._store.keep(record.id, record.value.files)
            elif isinstance(record.value, Produced):
                self._telemetry.splats.observe(record.value.splat_count)
            if bar is not None:
                bar.ended(record)

        def unwanted(value: object) -> None:
            if isinstance(value, Written):
                self._store.discard(value.files)

        def stuck() -> None:
            self._vitals.fatal = "the generator does not answer any more"

        return QueueHooks(
            stage_ended=self._telemetry.stage_ended,
            progressed=bar.progressed if bar is not None else lambda _record: None,
            ended=ended,
            unwanted=unwanted,
            stuck=stuck,
        )

    def _produce(self, prompt: str, seed: int, wanted: tuple[Wanted, ...], lane: int, report: Report) -> Outcome:
        """For those who wait: the bytes themselves. Runs on the lane's thread."""
        produced = produce(self._engine, self._generators[lane], prompt, seed, wanted, report)
        return Outcome(produced.understood, produced)

    def _produce_files(self, prompt: str, seed: int, lane: int, report: Report) -> Outcome:
        """For those who come back: files. Runs on the lane's thread."""
        outcome = self._produce(prompt, seed, _MADE_AT_ONCE, lane, report)
        produced = cast("Produced", outcome.value)
        files = {name: self._store.write(data) for name, data in produced.files.items()}
        return Outcome(produced.understood, Written(produced.splat_count, files))

    def _not_ready(self) -> list[str]:
        return [] if len(self._generators) == len(self._lanes) else ["the generator is being loaded"]

    async def _load_and_work(self) -> None:
        """One generator per device, one after another: reading weights needs memory of its own."""
        started = time.monotonic()
        try:
            for device, lane in zip(self._devices, self._lanes, strict=True):
                self._generators.append(await lane.run(partial(self._engine.load, device)))
        except Exception as error:  # the outermost loop of the service's work
            logger.exception("the generator %r could not be loaded", self._engine.backend)
            self._vitals.fatal = f"the generator {self._engine.backend!r} could not be loaded: {error}"
            return
        took_s, devices = time.monotonic() - started, ", ".join(self._devices)
        logger.info("generator %s loaded on %s in %.1f s", self._engine.backend, devices, took_s)
        await self.queue.run()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            self._store.sweep()
            self.queue.forget_old()
