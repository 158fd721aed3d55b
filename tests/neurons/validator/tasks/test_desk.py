"""Life of a task: what a miner is told, what counts, and what survives."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from neurons.chain.contract import Seat, Snapshot

MINER, OTHER = "miner-hotkey", "other-hotkey"


def run(work: Any) -> Any:
    return asyncio.run(work)


async def pulled(desk: Any, hotkey: str = MINER) -> str:
    reply = await desk.pull(hotkey)
    assert reply.task is not None, reply
    return str(reply.task.id)


def test_a_pull_gives_a_task_with_its_terms(world: Any) -> None:
    reply = run(world.desk().pull(MINER))
    assert reply.task.prompt == "a red car"
    assert (reply.task.submit_before, reply.cooldown_until, reply.reason_code) == (1_000_600, 0, "")
    assert (reply.thresholds, reply.max_result_bytes) == ((0.6, 0.8), 16 * 2**20)


def test_a_pull_gives_the_same_task_until_it_is_submitted_also_after_a_restart(world: Any) -> None:
    first = run(world.desk().pull(MINER))
    world.now += 100
    assert run(world.desk().pull(MINER)) == first


def test_a_task_expires_without_a_score(world: Any) -> None:
    desk = world.desk()
    first = run(desk.pull(MINER))
    world.now += 601
    assert run(desk.pull(MINER)).task.id != first.task.id
    assert desk.state.list_records()[0].average == 1.0


def test_a_good_result_is_paid(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        world.now += 20
        reply = await desk.submit(MINER, submission(task, MINER))
        assert (reply.score, reply.task_fidelity_score, reply.reason_code) == (0.9, 1.0, "")
        assert (reply.generations_within_8_hours, reply.current_miner_reward) == (1, 1.0)
        assert reply.cooldown_until == 1_000_120  # counted from the pull

    run(story())


def test_closed_tasks_are_told_with_how_they_ended(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pulled(desk), MINER))
        declined = await pulled(desk, OTHER)
        await desk.submit(OTHER, replace(submission(declined, OTHER), results=""))
        paid, given_back = desk.state.recent
        assert (paid.hotkey, paid.prompt, paid.score, paid.fidelity, paid.code) == (MINER, "a red car", 0.9, 1.0, "")
        assert (given_back.hotkey, given_back.task_id, given_back.score) == (OTHER, declined, None)

    run(story())


def test_the_cooldown_is_at_least_ten_seconds(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        world.now += 300
        assert (await desk.submit(MINER, submission(task, MINER))).cooldown_until == 1_000_310

    run(story())


def test_a_pull_during_the_cooldown_is_counted_and_told_when_to_come_back(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pulled(desk), MINER))
        reply = await desk.pull(MINER)
        assert (reply.task, reply.cooldown_until, reply.cooldown_violations) == (None, 1_000_120, 1)
        assert reply.reason_code == "cooldown"

    run(story())


def test_no_task_is_given_while_nothing_can_judge_it(world: Any) -> None:
    world.ready = False
    reply = run(world.desk().pull(MINER))
    assert (reply.task, reply.cooldown_until, reply.reason_code) == (None, 1_000_060, "validator_unready")


@pytest.mark.parametrize(
    ("verdict", "code", "average"), [("low", "low_score", 0.95), ("junk", "too_few", 0.95), ("middling", "", 0.9875)]
)
def test_a_judged_result_moves_the_average(
    world: Any, submission: Any, verdicts: Any, verdict: str, code: str, average: float
) -> None:
    async def story() -> None:
        world.verdict = verdicts[verdict]
        desk = world.desk()
        reply = await desk.submit(MINER, submission(await pulled(desk), MINER))
        assert reply.reason_code == code
        assert reply.average_fidelity_score == pytest.approx(average)

    run(story())


def test_a_declined_task_costs_a_cooldown_and_no_score(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        reply = await desk.submit(MINER, replace(submission(await pulled(desk), MINER), results="", signature=""))
        assert (reply.average_fidelity_score, reply.cooldown_until, reply.score) == (1.0, 1_000_120, None)
        assert world.judged == []

    run(story())


def test_results_that_are_not_base64_are_the_miners_fault(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        reply = await desk.submit(MINER, replace(submission(await pulled(desk), MINER), results="not base64!"))
        assert (reply.reason_code, reply.average_fidelity_score) == ("bad_encoding", 0.95)

    run(story())


def test_a_validators_fault_costs_the_miner_nothing(world: Any, submission: Any, verdicts: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)

        async def slow() -> None:
            world.now += 40

        world.before_verdict, world.verdict = slow, verdicts["fault"]
        reply = await desk.submit(MINER, submission(task, MINER))
        assert reply.validation_failed
        assert (reply.average_fidelity_score, reply.cooldown_until) == (1.0, 1_000_070)
        again = await desk.pull(MINER)
        assert (again.task.id, again.task.submit_before) == (task, 1_000_640)  # open still, for the time lost
        world.verdict = verdicts["high"]
        assert (await desk.submit(MINER, submission(task, MINER))).score == 0.9

    run(story())


def test_a_judge_that_breaks_is_the_validators_fault(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()

        async def breaks() -> None:
            raise RuntimeError("boom")

        world.before_verdict = breaks
        assert (await desk.submit(MINER, submission(await pulled(desk), MINER))).validation_failed

    run(story())


def test_ten_submits_at_once_give_one_validation_and_ten_identical_replies(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        replies = await asyncio.gather(*(desk.submit(MINER, submission(task, MINER)) for _ in range(10)))
        assert len(world.judged) == 1
        assert len(set(replies)) == 1
        assert desk.state.list_records()[0].accepted_at == (1_000_000.0,)

    run(story())


def test_the_same_task_again_gets_the_stored_reply_for_an_hour_also_after_a_restart(
    world: Any, submission: Any
) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        first = await desk.submit(MINER, submission(task, MINER))
        world.now += 3599
        assert await world.desk().submit(MINER, submission(task, MINER, b"another")) == first
        world.now += 2
        assert (await desk.submit(MINER, submission(task, MINER))).reason_code == "unknown_task"
        assert len(world.judged) == 1

    run(story())


def test_the_stored_reply_outlives_later_tasks(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        first = await pulled(desk)
        told = await desk.submit(MINER, submission(first, MINER, b"first"))
        for asset in (b"second", b"third"):
            world.now += 130
            await desk.submit(MINER, submission(await pulled(desk), MINER, asset))
        assert await desk.submit(MINER, submission(first, MINER, b"first")) == told
        assert len(world.judged) == 3

    run(story())


def test_a_task_does_not_expire_while_it_is_judged(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        world.now += 599

        async def slow() -> None:
            world.now += 60
            assert (await desk.pull(MINER)).task.id == task

        world.before_verdict = slow
        assert (await desk.submit(MINER, submission(task, MINER))).score == 0.9

    run(story())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signature": "AAAA"}, "bad_signature"),
        ({"submit_time": 8}, "bad_signature"),
        ({"task_id": "task-0"}, "unknown_task"),
    ],
)
def test_a_wrong_signature_or_a_foreign_task_changes_nothing(
    world: Any, submission: Any, change: dict[str, Any], code: str
) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        before = desk.state.list_records()
        reply = await desk.submit(MINER, replace(submission(task, MINER), **change))
        assert reply.reason_code == code
        assert desk.state.list_records() == before
        assert world.judged == []

    run(story())


def test_a_bound_signature_covers_the_bytes(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        mine = submission(task, MINER, bound_at=world.now)
        swapped = replace(mine, results=base64.b64encode(b"somebody's").decode())
        assert (await desk.submit(MINER, swapped)).reason_code == "bad_signature"
        stale = submission(task, MINER, bound_at=world.now - 301)
        assert (await desk.submit(MINER, stale)).reason_code == "stale_signature"
        assert (await desk.submit(MINER, mine)).score == 0.9

    run(story())


def test_who_has_bound_once_may_not_go_back(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pulled(desk), MINER, bound_at=world.now))
        world.now += 130
        desk = world.desk()
        task = await pulled(desk)
        assert (await desk.submit(MINER, submission(task, MINER, b"two"))).reason_code == "downgraded"

    run(story())


def test_bound_signatures_can_be_demanded(world: Any, submission: Any) -> None:
    async def story() -> None:
        world.require_bound = True
        desk = world.desk()
        reply = await desk.submit(MINER, submission(await pulled(desk), MINER))
        assert reply.reason_code == "bound_signature_required"

    run(story())


def test_three_submissions_of_an_open_task_are_the_limit(world: Any, submission: Any, verdicts: Any) -> None:
    async def story() -> None:
        world.verdict = verdicts["fault"]
        desk = world.desk()
        task = await pulled(desk)
        codes = [(await desk.submit(MINER, submission(task, MINER))).reason_code for _ in range(4)]
        assert codes == ["validator_fault"] * 3 + ["too_many_submissions"]

    run(story())


def test_a_copy_is_not_paid_whoever_sends_it(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pulled(desk), MINER))
        for hotkey in (OTHER, MINER):
            world.now += 200
            desk = world.desk()  # the index is on disk
            reply = await desk.submit(hotkey, submission(await pulled(desk, hotkey), hotkey))
            assert (reply.reason_code, reply.task_fidelity_score, reply.score) == ("copy", 0.0, 0.9)

    run(story())


def test_two_miners_who_send_one_asset_at_once_are_paid_once(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        tasks = {hotkey: await pulled(desk, hotkey) for hotkey in (MINER, OTHER)}
        replies = await asyncio.gather(*(desk.submit(h, submission(task, h)) for h, task in tasks.items()))
        assert sorted(reply.reason_code for reply in replies) == ["", "copy"]

    run(story())


def test_the_score_seed_is_bound_to_task_asset_and_miner(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)
        reply = await desk.submit(MINER, submission(task, MINER, b"asset"))
        secret = (world.folder / "secret").read_bytes()
        message = task.encode() + b"\0" + hashlib.sha256(b"asset").digest() + b"\0" + MINER.encode()
        expected = int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:4], "big")
        assert reply.seed == expected == world.judged[0][2]

    run(story())


def test_large_bodies_are_for_hotkeys_with_a_task(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        assert not desk.state.may_send_large(MINER)
        task = await pulled(desk)
        assert desk.state.may_send_large(MINER)
        await desk.submit(MINER, submission(task, MINER))
        world.now += 3599
        assert desk.state.may_send_large(MINER)
        world.now += 2
        assert not desk.state.may_send_large(MINER)

    run(story())


def test_weights_are_those_of_registered_miners(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        for asset, hotkey in ((b"one", MINER), (b"two", OTHER)):
            await desk.submit(hotkey, submission(await pulled(desk, hotkey), hotkey, asset))
        seat = Seat(0, MINER, "cold", 1.0, 0.0, False, 0, "0.0.0.0", 0)
        assert desk.state.compute_weights(Snapshot(17, 5, (seat,))) == {0: 1.0}

    run(story())


def test_a_result_that_cannot_be_written_is_not_acknowledged(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pulled(desk)

        async def break_disk() -> None:
            world.stores[-1].close()

        world.before_verdict = break_disk
        with pytest.raises(Exception, match="closed"):
            await desk.submit(MINER, submission(task, MINER))
        assert world.desk().state.list_records()[0].accepted_at == ()

    run(story())


def test_forgetting_drops_old_assets(world: Any, submission: Callable[..., Any]) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pulled(desk), MINER))
        world.now += 7 * 24 * 3600 + 1
        await desk.state.forget_old()
        assert (await desk.submit(MINER, submission(await pulled(desk), MINER))).reason_code == ""

    run(story())
