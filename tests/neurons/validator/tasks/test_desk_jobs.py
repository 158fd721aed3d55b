"""Organic jobs and new snapshots of the subnet at the desk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from neurons.chain.contract import Seat, Snapshot
from neurons.messages import TaskStatus
from neurons.validator.tasks.jobs import OrganicJob

USER, MINER = "user-hotkey", "miner-hotkey"


def seats(*hotkeys: str, incentive: float = 0.0) -> Snapshot:
    found = (Seat(uid, hotkey, "cold", 1.0, incentive, False, 0, "0.0.0.0", 0) for uid, hotkey in enumerate(hotkeys))
    return Snapshot(17, 5, tuple(found))


def test_organic_tasks_come_first_and_their_result_reaches_the_user(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        job = desk.jobs.ask(USER, "a red car")
        assert isinstance(job, OrganicJob)
        assert desk.jobs.status_of(USER, job.id) == (TaskStatus.IN_QUEUE, None)
        task = (await desk.pull(MINER)).task.id
        assert desk.jobs.status_of(USER, job.id) == (TaskStatus.IN_PROGRESS, None)
        sent = submission(task, MINER)
        reply = await desk.submit(MINER, sent)
        assert reply.current_miner_reward == 1.0
        assert desk.jobs.status_of(USER, job.id) == (TaskStatus.DONE, sent.results)
        assert desk.jobs.status_of("another", job.id) == (TaskStatus.NOT_FOUND, None)

    asyncio.run(story())


@pytest.mark.parametrize("verdict", ["low", "junk", "declined"])
def test_an_unacceptable_result_reaches_no_user(world: Any, submission: Any, verdicts: Any, verdict: str) -> None:
    async def story() -> None:
        world.verdict = verdicts.get(verdict, world.verdict)
        desk = world.desk()
        job = desk.jobs.ask(USER, "a red car")
        sent = submission((await desk.pull(MINER)).task.id, MINER)
        await desk.submit(MINER, replace(sent, results="") if verdict == "declined" else sent)
        assert job.failed == {MINER}
        world.now += 600
        assert desk.jobs.status_of(USER, job.id) == (TaskStatus.FAILED, None)
        assert job.reason == "no_acceptable_result"

    asyncio.run(story())


def test_a_validator_fault_leaves_the_job_with_its_miner(world: Any, submission: Any, verdicts: Any) -> None:
    async def story() -> None:
        world.verdict = verdicts["fault"]
        desk = world.desk()
        job = desk.jobs.ask(USER, "a red car")
        await desk.submit(MINER, submission((await desk.pull(MINER)).task.id, MINER))
        assert list(job.holders) == [MINER]

    asyncio.run(story())


def test_strong_miners_of_the_last_snapshot_get_the_fourth_place(world: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        job = desk.jobs.ask(USER, "a red car")
        await desk.update_subnet(seats("strong", incentive=0.5))
        for hotkey in ("a", "b", "c", "d", "strong"):
            await desk.pull(hotkey)
        assert list(job.holders) == ["a", "b", "c", "strong"]

    asyncio.run(story())


def test_a_new_hotkey_on_an_old_uid_starts_with_a_fresh_record(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission((await desk.pull(MINER)).task.id, MINER, bound_at=world.now))
        await desk.update_subnet(seats("heir"))
        assert desk.state.compute_weights(seats("heir")) == {}
        world.now += 1
        reply = await desk.pull("heir")
        assert (reply.task is not None, reply.cooldown_violations) == (True, 0)
        scored = await desk.submit("heir", submission(reply.task.id, "heir", b"its own"))
        assert (scored.reason_code, scored.average_fidelity_score, scored.generations_within_8_hours) == ("", 1.0, 1)

    asyncio.run(story())


def test_records_of_departed_hotkeys_are_dropped_once_they_no_longer_count(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission((await desk.pull(MINER)).task.id, MINER))
        await desk.update_subnet(seats("heir"))
        assert [record.hotkey for record in desk.state.list_records()] == [MINER]  # it may come back within the window
        world.now += 8 * 3600
        await desk.update_subnet(seats())  # an empty snapshot is no evidence that anybody left
        assert [record.hotkey for record in desk.state.list_records()] == [MINER]
        await desk.update_subnet(seats("heir"))
        assert desk.state.list_records() == world.desk().state.list_records() == []

    asyncio.run(story())


def test_an_empty_state_gives_no_weights(world: Any) -> None:
    assert world.desk().state.compute_weights(seats(MINER)) == {}
