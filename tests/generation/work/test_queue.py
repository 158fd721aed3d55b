"""The queue by itself: order, cancelling, stuck and late workers; and the history of jobs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation.backends.contract import Cancelled, Progress, Report
from generation.work.history import JOBS_KEPT, JobHistory
from generation.work.jobs import File, GenerationJob, JobResult, Output, Recipe, in_memory
from generation.work.queue import JobQueue, QueueFull, QueueHooks, QueueLimits
from generation.work.results import StoredFile
from serving.executor import SingleThreadExecutor
from serving.schemas import JobStatus
from tests.eventually import eventually_async

Work = Callable[[int, Report], bytes]
"""(number of the worker, report) → the job's one file."""


def ignore(*_: object) -> None:
    """Do nothing."""


def quick(_worker: int, report: Report) -> bytes:
    report(Progress(0.5, "half"))
    return b"value"


class Trial:
    """A queue on which each job does what its test says."""

    def __init__(self, lanes: int, limits: QueueLimits, hooks: QueueHooks) -> None:
        self.executors = [SingleThreadExecutor(f"trial {number}") for number in range(lanes)]
        self.queue = JobQueue(self.executors, limits, self._produce, hooks)
        self._works: dict[str, Work] = {}

    def submit(self, work: Work = quick, recipe: Recipe[bytes] | None = None) -> GenerationJob[bytes]:
        job = GenerationJob("prompt", 1, recipe or in_memory(Output("ply")))
        self._works[job.id] = work
        self.queue.submit(job)
        return job

    def _produce(self, job: GenerationJob[File], worker: int, report: Report) -> JobResult[File]:
        return JobResult("understood", 1, {"ply": job.recipe.store(self._works[job.id](worker, report))})


def run(
    scenario: Callable[[Trial], Coroutine[Any, Any, None]],
    hooks: QueueHooks | None = None,
    lanes: int = 1,
    **limits: Any,
) -> None:
    async def main() -> None:
        trial = Trial(lanes, QueueLimits(**{"waiting": 4, "timeout_s": 20, **limits}), hooks or QueueHooks())
        running = asyncio.create_task(trial.queue.run())
        try:
            await scenario(trial)
        finally:
            running.cancel()
            for executor in trial.executors:
                executor.close()

    asyncio.run(main())


def test_a_job_is_done_with_its_result() -> None:
    async def scenario(trial: Trial) -> None:
        job = trial.submit()
        await job.ended.wait()
        assert job.result == JobResult("understood", 1, {"ply": b"value"})
        assert (job.status, job.progress) == ("done", 1.0)

    run(scenario)


def test_positions_count_from_one_and_move_up() -> None:
    async def scenario(trial: Trial) -> None:
        go = threading.Event()

        def wait(worker: int, report: Report) -> bytes:
            go.wait()
            return quick(worker, report)

        first = trial.submit(wait)
        await eventually_async(lambda: first.status == "running")
        second, third = trial.submit(), trial.submit()
        assert [trial.queue.position(job) for job in (first, second, third)] == [None, 1, 2]
        trial.queue.cancel(second)
        assert trial.queue.position(third) == 1
        go.set()
        await third.ended.wait()
        assert trial.queue.position(third) is None

    run(scenario)


def test_a_waiting_job_s_watcher_sees_it_move_up() -> None:
    async def scenario(trial: Trial) -> None:
        go = threading.Event()
        first = trial.submit(lambda worker, report: (go.wait(), quick(worker, report))[1])
        await eventually_async(lambda: first.status == "running")
        second, third = trial.submit(), trial.submit()
        positions: list[int | None] = []

        async def watch() -> None:
            async for job in trial.queue.watch(third):
                positions.append(trial.queue.position(job))  # noqa: PERF401  seen while it grows

        watching = asyncio.create_task(watch())
        await eventually_async(lambda: positions == [2])
        trial.queue.cancel(second)
        await eventually_async(lambda: positions == [2, 1])
        go.set()
        await watching
        assert first.status == "done"
        assert [position for position in positions if position is not None] == [2, 1]

    run(scenario)


def test_a_slow_watcher_may_miss_changes_but_never_the_end() -> None:
    async def scenario(trial: Trial) -> None:
        job = trial.submit()
        seen = []
        async for one in trial.queue.watch(job):
            seen.append(one.status)
            await job.ended.wait()  # the job ends while the watcher is busy
        assert seen == ["queued", "done"]

    run(scenario)


def test_a_full_queue_takes_no_more() -> None:
    async def scenario(trial: Trial) -> None:
        for _ in range(4):
            trial.submit()
        with pytest.raises(QueueFull):
            trial.submit()

    run(scenario)


def test_report_raises_once_the_job_is_cancelled() -> None:
    async def scenario(trial: Trial) -> None:
        began, reported = threading.Event(), threading.Event()

        def work(_worker: int, report: Report) -> bytes:
            began.set()
            try:
                while True:
                    report(Progress(0.1, "working"))
            except Cancelled:
                reported.set()
                raise

        job = trial.submit(work)
        await asyncio.to_thread(began.wait)
        trial.queue.cancel(job)
        assert job.status == "cancelled"
        await asyncio.to_thread(reported.wait)
        after = trial.submit()
        await after.ended.wait()
        assert after.status == "done"

    run(scenario)


def test_the_files_of_a_job_that_is_done_are_kept() -> None:
    kept: list[tuple[str, object]] = []

    async def scenario(trial: Trial) -> None:
        keeping = replace(in_memory(Output("ply")), keep=lambda job_id, files: kept.append((job_id, files)))
        job = trial.submit(recipe=keeping)
        await job.ended.wait()
        assert kept == [(job.id, {"ply": b"value"})]

    run(scenario)


def test_the_files_of_a_job_that_was_cancelled_meanwhile_are_discarded() -> None:
    discarded: list[object] = []

    async def scenario(trial: Trial) -> None:
        began, go = threading.Event(), threading.Event()

        def work(_worker: int, report: Report) -> bytes:
            began.set()
            go.wait()
            return b"late"

        job = trial.submit(work, replace(in_memory(Output("ply")), discard=discarded.append))
        await asyncio.to_thread(began.wait)
        trial.queue.cancel(job)
        go.set()
        await trial.submit().ended.wait()
        assert (job.status, job.result) == ("cancelled", None)

    run(scenario)
    assert discarded == [{"ply": b"late"}]


def test_a_worker_that_never_comes_back_is_reported_as_stuck() -> None:
    stuck = threading.Event()
    go = threading.Event()

    async def scenario(trial: Trial) -> None:
        job = trial.submit(lambda worker, report: (go.wait(), quick(worker, report))[1])
        await job.ended.wait()
        assert (job.status, job.error and job.error.code) == ("failed", "timeout")
        await asyncio.to_thread(stuck.wait)

    run(scenario, QueueHooks(stuck=stuck.set), timeout_s=0.02, stuck_s=0.02)
    go.set()


def test_progress_within_a_stage_is_thinned_out_and_never_goes_back() -> None:
    async def scenario(trial: Trial) -> None:
        def work(_worker: int, report: Report) -> bytes:
            for i in range(10_000):
                report(Progress(i / 10_000, "long"))
            report(Progress(0.2, "other"))
            return b""

        job = trial.submit(work)
        seen = [job.progress async for job in trial.queue.watch(job)]
        assert seen == sorted(seen)
        assert job.revision < 1000

    run(scenario)


def test_a_stop_fails_what_runs_and_what_waits() -> None:
    async def scenario(trial: Trial) -> None:
        go = threading.Event()
        jobs = [trial.submit(lambda worker, report: (go.wait(), quick(worker, report))[1]) for _ in range(3)]
        await eventually_async(lambda: jobs[0].status == "running")
        trial.queue.stop()
        assert [job.status for job in jobs] == ["failed"] * 3
        assert {job.error and job.error.code for job in jobs} == {"shutting_down"}
        go.set()

    run(scenario)


def test_stages_are_timed() -> None:
    stages: list[str] = []

    async def scenario(trial: Trial) -> None:
        await trial.submit().ended.wait()
        await eventually_async(lambda: not trial.queue.is_busy)

    run(scenario, QueueHooks(stage_ended=lambda stage, seconds: stages.append(stage)))
    assert stages == ["queued", "starting", "half"]


def test_finished_jobs_are_forgotten_oldest_first_beyond_the_limit() -> None:
    history = JobHistory()

    def add(status: JobStatus) -> GenerationJob[StoredFile]:
        recipe: Recipe[StoredFile] = Recipe((), lambda data: StoredFile(Path(), len(data)), ignore, ignore)
        job = GenerationJob("prompt", 1, recipe, status=status)
        history.add(job)
        history.forget_old()
        return job

    first = add("cancelled")
    for _ in range(JOBS_KEPT - 1):
        add("cancelled")
    assert history.find(first.id) is first
    newest = add("running")
    assert history.find(first.id) is None
    assert history.find(newest.id) is newest


def test_two_executors_work_at_once_and_share_the_queue() -> None:
    async def scenario(trial: Trial) -> None:
        both, seen = threading.Barrier(2, timeout=20), []

        def meet(worker: int, report: Report) -> bytes:
            both.wait()  # passes only if the other worker runs at the same time
            seen.append(worker)
            return quick(worker, report)

        jobs = [trial.submit(meet) for _ in range(4)]
        for job in jobs:
            await job.ended.wait()
        assert [job.status for job in jobs] == ["done"] * 4
        assert sorted(seen) == [0, 0, 1, 1]
        assert not trial.queue.is_busy

    run(scenario, lanes=2)


def test_a_lane_that_is_stuck_does_not_hold_up_the_other() -> None:
    go, stuck = threading.Event(), []

    async def scenario(trial: Trial) -> None:
        deaf = trial.submit(lambda _worker, _report: (go.wait(), b"")[1])
        quick_ones = [trial.submit() for _ in range(3)]
        for job in quick_ones:
            await job.ended.wait()
        assert deaf.status == "running"
        trial.queue.cancel(deaf)
        await eventually_async(lambda: stuck)
        go.set()

    run(scenario, QueueHooks(stuck=lambda: stuck.append(1)), lanes=2, stuck_s=0.05)
    assert stuck == [1]


def test_stopping_ends_what_runs_on_every_executor() -> None:
    async def scenario(trial: Trial) -> None:
        go = threading.Event()

        def wait(worker: int, report: Report) -> bytes:
            go.wait()
            return quick(worker, report)

        jobs = [trial.submit(wait) for _ in range(3)]
        await eventually_async(lambda: [job.status for job in jobs] == ["running", "running", "queued"])
        trial.queue.stop()
        assert {job.error.code for job in jobs if job.error} == {"shutting_down"}
        go.set()

    run(scenario, lanes=2)
