"""Bodies that are malformed, too large, too slow or too many are refused, and the next honest request is served."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from neurons.wire.bodies import BodyRules
from neurons.wire.synapses import PullTask, SubmitResults
from tests.neurons.validator.axon.raw_requests import assert_serves, post_raw, refusal_code

LARGE = 200_000
"""Size in bytes of an asset whose body counts as large."""


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"results": 7}', b'{"axon": 7}', b"[" * 50_000]
)
def test_a_body_that_is_not_a_synapse_is_refused(subnet: Any, peer: Any, body: bytes) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            empty = SubmitResults(results="", submit_time=0, signature="")
            answer = await miner.client.post(f"{axon.url}/SubmitResults", headers=miner.headers(empty), content=body)
            assert (answer.status_code, refusal_code(answer)) == (400, "invalid_request")
            await assert_serves(miner)

    asyncio.run(story())


@pytest.mark.parametrize("submit_time", [-1, 2**63, 10**400])
def test_submit_times_out_of_range_are_refused(subnet: Any, peer: Any, submit_time: int) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            result = miner.result((await miner.pull())["task"]["id"], at=submit_time)
            assert refusal_code(await miner.send(result)) == "invalid_request"

    asyncio.run(story())


@pytest.mark.parametrize("framing", [("Transfer-Encoding", "chunked"), ("Content-Length", "1e3"), ("X", "none")])
def test_a_body_without_a_length_is_refused(subnet: Any, framing: tuple[str, str]) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, post_raw(axon, "PullTask", dict([framing])) as reader:
            assert (await reader.readline()).split()[1] in (b"411", b"400")

    asyncio.run(story())


@pytest.mark.parametrize("coding", ["gzip", "BR"])
def test_a_compressed_body_is_refused_with_the_reason(subnet: Any, peer: Any, coding: str) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = {**miner.headers(PullTask()), "Content-Encoding": coding}
            answer = await miner.client.post(f"{axon.url}/PullTask", headers=headers, content=gzip.compress(b"{}"))
            assert (answer.status_code, refusal_code(answer)) == (415, "unsupported_media_type")
            await assert_serves(miner)

    asyncio.run(story())


def test_nulls_in_a_body_mean_the_defaults(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            body = b'{"task": null, "submit_before": null, "thresholds": null, "detail": null}'
            answer = await miner.client.post(f"{axon.url}/PullTask", headers=miner.headers(PullTask()), content=body)
            assert answer.json()["task"]["prompt"] == "a red car"

    asyncio.run(story())


def test_a_body_above_the_limit_is_refused_before_it_is_read(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(SubmitResults(results="", submit_time=0, signature=""))
            async with post_raw(axon, "SubmitResults", {**headers, "Content-Length": "17000000"}) as reader:
                answer = await reader.readuntil(b"}")  # not a byte of the body was sent
            assert answer.startswith(b"HTTP/1.1 413")
            assert b'"code": "too_large"' in answer
            await assert_serves(miner)

    asyncio.run(story())


def test_a_large_body_needs_a_task(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            answer = await miner.send(miner.result("task-1", asset=b"x" * LARGE))
            assert (answer.status_code, refusal_code(answer)) == (413, "no_open_task")
            task_id = (await miner.pull())["task"]["id"]
            assert (await miner.send(miner.result(task_id, asset=b"x" * LARGE))).json()["score"] == 0.9
            assert axon.app.slots.taken == 0

    asyncio.run(story())


def test_a_forged_header_gets_no_slot_for_its_body(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner, peer(axon, keys["other"]) as other:
            await miner.pull()
            result = other.result("task-1", asset=b"x" * LARGE)
            headers = other.headers(result)
            headers["bt_header_dendrite_hotkey"] = keys["miner"].ss58_address
            body = json.dumps(result.model_dump()).encode()
            taken: list[int] = []

            async def slowly() -> Any:
                for start in range(0, len(body), 1 << 16):
                    taken.append(axon.app.slots.taken)
                    yield body[start : start + (1 << 16)]
                    await asyncio.sleep(0.01)

            sized = {**headers, "content-length": str(len(body))}
            answer = await other.client.post(f"{axon.url}/SubmitResults", headers=sized, content=slowly())
            assert (answer.status_code, refusal_code(answer)) == (401, "bad_signature")
            assert set(taken) == {0}

    asyncio.run(story())


def test_a_hotkey_may_send_two_large_bodies_at_a_time(subnet: Any, peer: Any, keys: Any) -> None:
    """Others are served meanwhile, and a refused request gets the stored reply later."""

    async def story() -> None:
        judging, go_on = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            judging.set()
            await go_on.wait()

        async def submit(axon: Any, number: int, task_id: str) -> httpx.Response:
            async with peer(axon, uuid=f"process-{number}") as miner:
                return await miner.send(miner.result(task_id, asset=b"x" * LARGE))

        subnet.world.before_verdict = wait
        async with subnet.axon() as axon, peer(axon) as miner, peer(axon, keys["other"]) as other:
            task_id = (await miner.pull())["task"]["id"]
            submits = [asyncio.create_task(submit(axon, number, task_id)) for number in range(10)]
            done: set[Any] = set()
            while len(done) < 8:
                finished, _ = await asyncio.wait(submits, return_when=asyncio.FIRST_COMPLETED, timeout=10)
                done |= finished
                submits = [one for one in submits if one not in finished]
            assert {refusal_code(one.result()) for one in done} == {"busy_with_you"}
            assert axon.app.slots.taken == 2
            await assert_serves(other)
            go_on.set()
            first = [await one for one in submits]
            later = await submit(axon, 99, task_id)
            replies = [answer.json()["feedback"] for answer in (*first, later)]
            assert replies[0] == replies[1] == replies[2]
            assert len(subnet.world.judged) == 1
            assert axon.app.slots.taken == 0

    asyncio.run(story())


def test_a_slow_body_is_cut_off(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        fast = replace(subnet, rules=BodyRules(grace_s=0.2, min_bytes_per_s=1 << 20, discard_s=0.2))
        async with fast.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            async with post_raw(axon, "PullTask", {**headers, "Content-Length": "5000"}, "{") as reader:
                answer = await reader.read()  # to the end: the connection is closed
            assert answer.startswith(b"HTTP/1.1 408")
            assert b'"code": "slow_body"' in answer
            assert (axon.app.active_requests, axon.app.slots.taken) == (0, 0)
            await assert_serves(miner)

    asyncio.run(story())
