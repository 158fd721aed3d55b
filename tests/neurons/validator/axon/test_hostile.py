"""Requests that no honest miner sends: each is refused in a few words, and the next honest one is served."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from neurons.protocol import Generate, GetVersion, PullTask, StatusCheck, SubmitResults, Task
from neurons.validator.axon.bodies import BodyRules

LARGE = 200_000
"""Bytes of an asset whose body counts as a large one."""


def code_of(answer: httpx.Response) -> str:
    told = answer.json()
    assert set(told) == {"message", "code", "detail", "retry_after"}
    assert len(answer.content) < 400
    if told["retry_after"]:
        assert answer.headers["retry-after"] == str(told["retry_after"])
    return str(told["code"])


@contextlib.asynccontextmanager
async def said(axon: Any, synapse: str, headers: dict[str, str], body: str = "") -> AsyncIterator[asyncio.StreamReader]:
    """What a connection answers to exactly this."""
    reader, writer = await asyncio.open_connection("127.0.0.1", axon.port)
    try:
        lines = (f"{name}: {text}" for name, text in headers.items())
        writer.write("\r\n".join([f"POST /{synapse} HTTP/1.1", "Host: x", *lines, "", body]).encode())
        yield reader
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def assert_serves(miner: Any) -> None:
    """The axon still hands its task out."""
    assert (await miner.pull())["task"]["prompt"] == "a red car"


def test_an_empty_signature_is_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            for signature in ("", "0x", "0x" + "00" * 64, "not hexadecimal", "0x00"):
                forged = {**headers, "bt_header_dendrite_signature": signature}
                answer = await miner.send(PullTask(), forged)
                assert answer.status_code == 401
                assert code_of(answer) in ("unsigned", "bad_signature")
            assert axon.desk.state.list_records() == []
            await assert_serves(miner)

    asyncio.run(story())


@pytest.mark.parametrize("header", ["nonce", "hotkey", "uuid", "signature"])
def test_a_header_that_is_missing_is_refused(subnet: Any, peer: Any, header: str) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            del headers[f"bt_header_dendrite_{header}"]
            assert code_of(await miner.send(PullTask(), headers)) in ("unsigned", "not_registered")

    asyncio.run(story())


def test_anothers_hotkey_cannot_be_claimed(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon, keys["other"]) as other:
            headers = other.headers(PullTask())
            headers["bt_header_dendrite_hotkey"] = keys["miner"].ss58_address
            assert code_of(await other.send(PullTask(), headers)) == "bad_signature"
            assert axon.desk.state.list_records() == []

    asyncio.run(story())


def test_the_hotkey_in_the_body_counts_for_nothing(subnet: Any, peer: Any, keys: Any) -> None:
    """The SDK hands a handler the synapse of the body, whose sender nobody has signed."""

    async def story() -> None:
        async with subnet.axon() as axon, peer(axon, keys["other"]) as other:
            synapse = PullTask()
            headers = other.headers(synapse)
            assert synapse.dendrite is not None
            synapse.dendrite.hotkey = keys["miner"].ss58_address
            assert (await other.send(synapse, headers)).status_code == 200
            assert [record.hotkey for record in axon.desk.state.list_records()] == [keys["other"].ss58_address]

    asyncio.run(story())


@pytest.mark.parametrize("synapse", [PullTask(), Generate(prompt="a red car"), StatusCheck(task_id="x")])
def test_a_replay_is_refused_also_after_a_restart(subnet: Any, peer: Any, synapse: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(synapse)
            assert (await miner.send(synapse, headers)).status_code == 200
            assert code_of(await miner.send(synapse, headers)) == "used_nonce"
        async with subnet.axon() as axon, peer(axon) as miner:
            answer = await miner.send(synapse, headers)
            assert (answer.status_code, code_of(answer)) == (401, "used_nonce")
            assert (await miner.send(synapse)).status_code == 200

    asyncio.run(story())


def test_a_header_signed_for_one_synapse_is_used_up_for_all(subnet: Any, peer: Any) -> None:
    """The SDK's signature does not cover the synapse's name."""

    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            assert (await miner.send(PullTask(), headers)).status_code == 200
            assert code_of(await miner.send(GetVersion(), {**headers, "name": "GetVersion"})) == "used_nonce"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("seconds", "timeout_s", "code"),
    [
        (3600, 12, "future_nonce"),
        (31, 12, "future_nonce"),
        (-17, 12, "stale_nonce"),
        (-305, 1e9, "stale_nonce"),
        (-305, float("nan"), "stale_nonce"),
        (-305, -1, "stale_nonce"),
    ],
)
def test_nonces_from_other_times_are_refused(
    subnet: Any, peer: Any, seconds: float, timeout_s: float, code: str
) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            nonce = time.time_ns() + int(seconds * 1e9)
            headers = miner.headers(PullTask(), nonce, timeout_s)
            assert code_of(await miner.send(PullTask(), headers)) == code

    asyncio.run(story())


@pytest.mark.parametrize("seconds", [25, -14])
def test_clocks_may_differ_a_little(subnet: Any, peer: Any, seconds: float) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask(), time.time_ns() + int(seconds * 1e9))
            assert (await miner.send(PullTask(), headers)).status_code == 200

    asyncio.run(story())


def test_a_swapped_asset_is_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            result = miner.result((await miner.pull())["task"]["id"])
            result.results = base64.b64encode(b"another asset").decode()
            told = (await miner.send(result)).json()
            assert (told["reason_code"], subnet.world.judged) == ("bad_signature", [])

    asyncio.run(story())


def test_a_result_for_anothers_task_is_refused(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner, peer(axon, keys["other"]) as other:
            task_id = (await miner.pull())["task"]["id"]
            told = (await other.send(other.result(task_id))).json()
            assert (told["reason_code"], subnet.world.judged) == ("unknown_task", [])

    asyncio.run(story())


def test_who_holds_no_seat_is_refused_and_told_when_to_come_back(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon, keys["stranger"]) as stranger:
            answer = await stranger.send(PullTask())
            assert (answer.status_code, code_of(answer)) == (403, "not_registered")
            assert axon.refused == ["not_registered"]
            assert (await stranger.send(Generate(prompt="a red car"))).json()["task_id"]  # organic users need none

    asyncio.run(story())


def test_nobody_is_served_before_the_subnet_has_been_seen(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            axon.verifier.snapshot = None
            assert code_of(await miner.send(PullTask())) == "starting"

    asyncio.run(story())


@pytest.mark.parametrize(("may_ask", "code"), [(None, "not_enabled"), (lambda _hotkey: False, "not_allowed")])
def test_organic_questions_are_for_those_on_the_list(subnet: Any, peer: Any, may_ask: Any, code: str) -> None:
    async def story() -> None:
        async with replace(subnet, may_ask=may_ask).axon() as axon, peer(axon) as user:
            assert code_of(await user.send(Generate(prompt="a red car"))) == code

    asyncio.run(story())


def test_an_organic_question_is_answered_to_its_asker_alone(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with (
            subnet.axon() as axon,
            peer(axon, keys["stranger"]) as user,
            peer(axon) as miner,
            peer(axon, keys["other"]) as other,
        ):
            job = (await user.send(Generate(prompt="blue boat"))).json()
            assert job["polling_interval"] == 30
            check = StatusCheck(task_id=job["task_id"])
            assert (await user.send(check)).json()["status"] == 100
            task = (await miner.pull())["task"]
            assert task["prompt"] == "blue boat"
            assert (await user.send(check)).json()["status"] == 102
            await miner.send(miner.result(task["id"], "blue boat"))
            assert (await other.send(check)).json()["status"] == 404

    asyncio.run(story())


def test_the_eleventh_question_is_one_too_many(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as user:
            answers = [await user.send(Generate(prompt="a red car")) for _ in range(11)]
            assert [answer.status_code for answer in answers] == [200] * 10 + [429]
            assert code_of(answers[-1]) == "rate_limited"
            assert code_of(await user.send(Generate(prompt="\x00"))) == "invalid_prompt"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/", 404, "unknown_synapse"),
        ("POST", "/Synapse", 404, "unknown_synapse"),
        ("GET", "/../../etc/passwd", 404, "unknown_synapse"),
        ("GET", "/docs", 404, "unknown_synapse"),
        ("GET", "/openapi.json", 404, "unknown_synapse"),
        ("GET", "/PullTask", 405, "method_not_allowed"),
    ],
)
def test_scanners_learn_nothing(subnet: Any, peer: Any, method: str, path: str, status: int, code: str) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            answer = await miner.client.request(method, axon.url + path)
            assert (answer.status_code, code_of(answer)) == (status, code)

    asyncio.run(story())


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"results": 7}', b'{"axon": 7}', b"[" * 50_000]
)
def test_a_body_that_is_no_synapse_is_refused(subnet: Any, peer: Any, body: bytes) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            empty = SubmitResults(results="", submit_time=0, signature="")
            answer = await miner.client.post(f"{axon.url}/SubmitResults", headers=miner.headers(empty), content=body)
            assert (answer.status_code, code_of(answer)) == (400, "invalid_request")
            await assert_serves(miner)

    asyncio.run(story())


@pytest.mark.parametrize("submit_time", [-1, 2**63, 10**400])
def test_times_that_are_none_are_refused(subnet: Any, peer: Any, submit_time: int) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            result = miner.result((await miner.pull())["task"]["id"], at=submit_time)
            assert code_of(await miner.send(result)) == "invalid_request"

    asyncio.run(story())


def test_a_body_above_the_limit_is_refused_before_it_is_read(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(SubmitResults(results="", submit_time=0, signature=""))
            async with said(axon, "SubmitResults", {**headers, "Content-Length": "17000000"}) as reader:
                answer = await reader.readuntil(b"}")  # not a byte of the body was sent
            assert answer.startswith(b"HTTP/1.1 413")
            assert b'"code": "too_large"' in answer
            await assert_serves(miner)

    asyncio.run(story())


def test_large_bodies_are_for_those_with_a_task(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            answer = await miner.send(miner.result("task-1", asset=b"x" * LARGE))
            assert (answer.status_code, code_of(answer)) == (413, "no_open_task")
            task_id = (await miner.pull())["task"]["id"]
            assert (await miner.send(miner.result(task_id, asset=b"x" * LARGE))).json()["score"] == 0.9
            assert axon.gateway.slots.taken == 0

    asyncio.run(story())


def test_a_forged_header_gets_no_room_for_its_body(subnet: Any, peer: Any, keys: Any) -> None:
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
                    taken.append(axon.gateway.slots.taken)
                    yield body[start : start + (1 << 16)]
                    await asyncio.sleep(0.01)

            sized = {**headers, "content-length": str(len(body))}
            answer = await other.client.post(f"{axon.url}/SubmitResults", headers=sized, content=slowly())
            assert (answer.status_code, code_of(answer)) == (401, "bad_signature")
            assert set(taken) == {0}

    asyncio.run(story())


def test_two_large_bodies_of_one_hotkey_and_no_more(subnet: Any, peer: Any, keys: Any) -> None:
    """Others are served meanwhile, and who was refused gets the stored reply later."""

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
            assert {code_of(one.result()) for one in done} == {"busy_with_you"}
            assert axon.gateway.slots.taken == 2
            await assert_serves(other)
            go_on.set()
            first = [await one for one in submits]
            later = await submit(axon, 99, task_id)
            replies = [answer.json()["feedback"] for answer in (*first, later)]
            assert replies[0] == replies[1] == replies[2]
            assert len(subnet.world.judged) == 1
            assert axon.gateway.slots.taken == 0

    asyncio.run(story())


def test_a_body_that_drips_is_cut_off(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        fast = replace(subnet, rules=BodyRules(free_s=0.2, min_rate=1 << 20, linger_s=0.2))
        async with fast.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            async with said(axon, "PullTask", {**headers, "Content-Length": "5000"}, "{") as reader:
                answer = await reader.read()  # to the end: the connection is closed
            assert answer.startswith(b"HTTP/1.1 408")
            assert b'"code": "slow_body"' in answer
            assert (axon.gateway.at_work, axon.gateway.slots.taken) == (0, 0)
            await assert_serves(miner)

    asyncio.run(story())


@pytest.mark.parametrize("framing", [("Transfer-Encoding", "chunked"), ("Content-Length", "1e3"), ("X", "none")])
def test_a_body_without_a_length_is_refused(subnet: Any, framing: tuple[str, str]) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, said(axon, "PullTask", dict([framing])) as reader:
            assert (await reader.readline()).split()[1] in (b"411", b"400")

    asyncio.run(story())


def test_requests_above_the_number_at_work_are_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with replace(subnet, rules=BodyRules(requests=0)).axon() as axon, peer(axon) as miner:
            answer = await miner.send(PullTask())
            assert (answer.status_code, code_of(answer)) == (503, "busy")

    asyncio.run(story())


def test_an_error_of_ours_is_told_as_ours_and_logged(subnet: Any, peer: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            subnet.world.stores[-1]._db.execute("DROP TABLE miners")
            answer = await miner.send(PullTask())
            assert (answer.status_code, code_of(answer)) == (500, "internal")

    asyncio.run(story())
    assert "a PullTask could not be answered" in caplog.text


def test_a_hotkey_that_is_none_is_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            for hotkey in ("", "x", "'; DROP TABLE miners; --", "5" * 48, "../../etc"):
                headers = {**miner.headers(PullTask()), "bt_header_dendrite_hotkey": hotkey}
                assert code_of(await miner.send(PullTask(), headers)) == "not_registered"
            await assert_serves(miner)

    asyncio.run(story())


def test_a_result_with_the_task_of_a_stranger_says_nothing_of_it(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            result = SubmitResults(task=Task(id="no-such"), results="", submit_time=0, signature="")
            told = (await miner.send(result)).json()
            assert (told["reason_code"], told["task"]["id"]) == ("unknown_task", "no-such")

    asyncio.run(story())


def test_nothing_listens_any_more_after_the_end(subnet: Any) -> None:
    async def story() -> int:
        async with subnet.axon() as axon:
            return int(axon.port)

    port = asyncio.run(story())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
