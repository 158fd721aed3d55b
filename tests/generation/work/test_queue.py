"""The queue by itself: order, cancelling, what a stuck or late worker means, what is remembered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from generation.backends.contract import Cancelled, Progress, Report
from generation.work.queue import RECORDS_KEPT, JobQueue, JobRecord, Outcome, QueueFull, QueueHooks, QueueLimits
from serving.lane import Lane


def quick(report: Report) -> Outcome:
    report(Progress(0.5, "half"))
    return Outcome("understood", "value")


def run(
    scenario: Callable[[JobQueue], Coroutine[Any, Any, None]],
    hooks: QueueHooks | None = None,
    lanes: int = 1,
    **limits: Any,
) -> None:
    async def main() -> None:
        trial = [Lane(f"trial {number}") for number in range(lanes)]
        queue = JobQueue(trial, QueueLimits(**{"waiting": 4, "timeout_s": 20, **limits}), hooks or QueueHooks())
        worker = asyncio.create_task(queue.run())
        try:
            await scenario(queue)
        finally:
            worker.cancel()
            for lane in trial:
                lane.close()

    asyncio.run(main())


def submitted(queue: JobQueue, work: Callable[[Report], Outcome] = quick) -> JobRecord:
    record = JobRecord("prompt", 1, lambda _lane, report: work(report))
    queue.submit(record, remember=True)
    return record


def test_a_job_is_done_with_its_value() -> None:
    async def scenario(queue: JobQueue) -> None:
        record = submitted(queue)
        await record.ended.wait()
        assert (record.status, record.understood, record.value, record.progress) == ("done", "understood", "value", 1.0)
        assert queue.find(record.id) is record

    run(scenario)


def test_positions_count_from_one_and_move_up() -> None:
    async def scenario(queue: JobQueue) -> None:
        go = threading.Event()

        def wait(report: Report) -> Outcome:
            go.wait()
            return quick(report)

        first = submitted(queue, wait)
        while first.status != "running":
            await asyncio.sleep(0)
        second, third = submitted(queue), submitted(queue)
        assert [queue.position(record) for record in (first, second, third)] == [None, 1, 2]
        queue.cancel(second)
        assert queue.position(third) == 1
        go.set()
        await third.ended.wait()
        assert queue.position(third) is None

    run(scenario)


def test_a_watcher_in_the_queue_hears_that_it_moved_up() -> None:
    async def scenario(queue: JobQueue) -> None:
        go = threading.Event()
        first = submitted(queue, lambda report: (go.wait(), quick(report))[1])
        while first.status != "running":
            await asyncio.sleep(0)
        second, third = submitted(queue), submitted(queue)
        positions: list[int | None] = []

        async def watch() -> None:
            positions.extend([queue.position(record) async for record in queue.watch(third)])

        watching = asyncio.create_task(watch())
        await asyncio.sleep(0.01)
        queue.cancel(second)
        await asyncio.sleep(0.01)
        go.set()
        await watching
        assert first.status == "done"
        assert [position for position in positions if position is not None] == [2, 1]

    run(scenario)


def test_a_slow_watcher_misses_steps_but_never_the_end() -> None:
    async def scenario(queue: JobQueue) -> None:
        record = submitted(queue)
        seen = []
        async for one in queue.watch(record):
            seen.append(one.status)
            await record.ended.wait()  # the job ends while the watcher is busy
        assert seen == ["queued", "done"]

    run(scenario)


def test_a_full_queue_takes_no_more() -> None:
    async def scenario(queue: JobQueue) -> None:
        for _ in range(4):
            submitted(queue)
        with pytest.raises(QueueFull):
            submitted(queue)

    run(scenario)


def test_report_raises_once_the_job_is_gone() -> None:
    async def scenario(queue: JobQueue) -> None:
        began, heard = threading.Event(), threading.Event()

        def work(report: Report) -> Outcome:
            began.set()
            try:
                while True:
                    report(Progress(0.1, "working"))
            except Cancelled:
                heard.set()
                raise

        record = submitted(queue, work)
        await asyncio.to_thread(began.wait)
        queue.cancel(record)
        assert record.status == "cancelled"
        await asyncio.to_thread(heard.wait)
        after = submitted(queue)
        await after.ended.wait()
        assert after.status == "done"

    run(scenario)


def test_what_a_cancelled_job_still_made_is_handed_back() -> None:
    unwanted: list[object] = []

    async def scenario(queue: JobQueue) -> None:
        began, go = threading.Event(), threading.Event()

        def work(report: Report) -> Outcome:
            began.set()
            go.wait()
            return Outcome(None, "late")

        record = submitted(queue, work)
        await asyncio.to_thread(began.wait)
        queue.cancel(record)
        go.set()
        await submitted(queue).ended.wait()
        assert (record.status, record.value) == ("cancelled", None)

    run(scenario, QueueHooks(unwanted=unwanted.append))
    assert unwanted == ["late"]


def test_a_worker_that_never_comes_back_is_reported_as_stuck() -> None:
    stuck = threading.Event()
    go = threading.Event()

    async def scenario(queue: JobQueue) -> None:
        record = submitted(queue, lambda report: (go.wait(), quick(report))[1])
        await record.ended.wait()
        assert (record.status, record.error and record.error.code) == ("failed", "timeout")
        await asyncio.to_thread(stuck.wait)

    run(scenario, QueueHooks(stuck=stuck.set), timeout_s=0.02, stuck_s=0.02)
    go.set()


def test_progress_within_a_stage_is_thinned_out_and_never_goes_back() -> None:
    async def scenario(queue: JobQueue) -> None:
        def work(report: Report) -> Outcome:
            for i in range(10_000):
                report(Progress(i / 10_000, "long"))
            report(Progress(0.2, "other"))
            return Outcome(None, None)

        record = submitted(queue, work)
        seen = [record.progress async for record in queue.watch(record)]
        assert seen == sorted(seen)
        assert record.revision < 1000

    run(scenario)


def test_a_stop_fails_what_runs_and_what_waits() -> None:
    async def scenario(queue: JobQueue) -> None:
        go = threading.Event()
        records = [submitted(queue, lambda report: (go.wait(), quick(report))[1]) for _ in range(3)]
        while records[0].status != "running":
            await asyncio.sleep(0)
        queue.stop()
        assert [record.status for record in records] == ["failed"] * 3
        assert {record.error and record.error.code for record in records} == {"shutting_down"}
        go.set()

    run(scenario)


def test_stages_are_timed() -> None:
    stages: list[str] = []

    async def scenario(queue: JobQueue) -> None:
        await submitted(queue).ended.wait()
        await asyncio.sleep(0.01)

    run(scenario, QueueHooks(stage_ended=lambda stage, seconds: stages.append(stage)))
    assert stages == ["queued", "starting", "half"]


def test_only_so_many_finished_jobs_are_remembered_oldest_first() -> None:
    async def scenario(queue: JobQueue) -> None:
        first = submitted(queue)
        queue.cancel(first)
        for _ in range(RECORDS_KEPT):
            assert queue.find(first.id) is first
            queue.cancel(submitted(queue))
        assert queue.find(first.id) is None

    run(scenario)


def test_two_lanes_work_at_once_and_share_the_queue() -> None:
    async def scenario(queue: JobQueue) -> None:
        both, seen = threading.Barrier(2, timeout=20), []

        def meet(lane: int, report: Report) -> Outcome:
            both.wait()  # passes only if the other lane works at the same time
            seen.append(lane)
            return quick(report)

        records = [JobRecord("prompt", number, meet) for number in range(4)]
        for record in records:
            queue.submit(record, remember=True)
        for record in records:
            await record.ended.wait()
        assert [record.status for record in records] == ["done"] * 4
        assert sorted(seen) == [0, 0, 1, 1]
        assert not queue.is_busy

    run(scenario, lanes=2)


def test_a_lane_that_is_stuck_does_not_hold_up_the_other() -> None:
    go, stuck = threading.Event(), []

    async def scenario(queue: JobQueue) -> None:
        deaf = submitted(queue, lambda _report: Outcome(None, go.wait()))
        quick_ones = [submitted(queue) for _ in range(3)]
        for record in quick_ones:
            await record.ended.wait()
        assert deaf.status == "running"
        queue.cancel(deaf)
        while not stuck:
            await asyncio.sleep(0.01)
        go.set()

    run(scenario, QueueHooks(stuck=lambda: stuck.append(1)), lanes=2, stuck_s=0.05)
    assert stuck == [1]


def test_stopping_ends_what_runs_on_every_lane() -> None:
    async def scenario(queue: JobQueue) -> None:
        go = threading.Event()

        def wait(report: Report) -> Outcome:
            go.wait()
            return quick(report)

        records = [submitted(queue, wait) for _ in range(3)]
        while [record.status for record in records] != ["running", "running", "queued"]:
            await asyncio.sleep(0)
        queue.stop()
        assert {record.error.code for record in records if record.error} == {"shutting_down"}
        go.set()

    run(scenario, lanes=2)
