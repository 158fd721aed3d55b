"""The calls as a validator's axon of the stock SDK sees them, and every way in which they fail."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator

import bittensor as bt
import httpx
import pytest

from neurons.messages import Task
from neurons.wire.dendrite import REPLY_BYTES, Dendrite
from neurons.wire.peers import CallRefusedError, NoReplyError, Peer, PeerError, PeerUnreachableError
from neurons.wire.synapses import PullTask

MINER = bt.Keypair.create_from_uri("//Mina")
VALIDATOR = bt.Keypair.create_from_uri("//Victor")
RESULTS = base64.b64encode(b"splats").decode()
TASK = Task("t1", "a red car", time.time() + 600)

pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")  # the SDK's axon does


def peer(port: int = 9) -> Peer:
    return Peer(VALIDATOR.ss58_address, "127.0.0.1", port, 5000.0)


def calling(scenario, transport: httpx.AsyncBaseTransport | None = None):
    """Run `scenario(dendrite)` and return its result."""

    async def run():
        async with Dendrite(MINER, 17, transport=transport) as dendrite:
            return await scenario(dendrite)

    return asyncio.run(run())


def test_a_task_is_pulled_and_a_result_sent_with_both_signatures(stock_axon) -> None:
    stock_axon.pull = lambda synapse: stock_axon.give(synapse, thresholds=[0.6, 0.8], max_result_bytes=100)
    stock_axon.submit = stock_axon.accept

    async def scenario(dendrite: Dendrite) -> None:
        given = await dendrite.pull(peer(stock_axon.port))
        assert given.task is not None
        assert (given.task.prompt, given.thresholds, given.version) == ("a red car", (0.8, 0.6), 10_000)
        answer = await dendrite.submit(peer(stock_axon.port), given.task, RESULTS)
        assert (answer.task_fidelity_score, answer.score) == (1.0, 0.9)

    calling(scenario)
    assert stock_axon.pulls[0].version.model_dump() == {"major": 1, "minor": 0, "patch": 0}
    assert stock_axon.submits[0].results == RESULTS
    assert stock_axon.signed_as_it_should(stock_axon.submits[0])


def test_each_submission_has_its_own_signature(stock_axon) -> None:
    async def scenario(dendrite: Dendrite) -> None:
        for _ in range(2):
            await dendrite.submit(peer(stock_axon.port), TASK, RESULTS)

    calling(scenario)
    first, second = stock_axon.submits
    assert first.results == second.results
    assert first.submit_time < second.submit_time
    assert first.bound_signature != second.bound_signature
    assert stock_axon.signed_as_it_should(second)


def test_a_clock_that_is_put_back_starts_a_new_source_of_nonces(stock_axon) -> None:
    ahead_ns = 3_600_000_000_000
    steps = [ahead_ns, 0, -1_000_000]  # an hour ahead, put right, then adjusted by a millisecond

    async def run() -> None:
        async with Dendrite(MINER, 17, now_ns=lambda: time.time_ns() + steps[0]) as dendrite:
            while steps:
                await dendrite.pull(peer(stock_axon.port))
                del steps[0]

    before = time.time_ns()
    asyncio.run(run())
    first, second, third = (synapse.dendrite for synapse in stock_axon.pulls)
    assert first.nonce >= before + ahead_ns
    assert before <= second.nonce < third.nonce < before + ahead_ns
    assert first.uuid != second.uuid == third.uuid


def test_a_decline_is_empty_and_signed(stock_axon) -> None:
    calling(lambda dendrite: dendrite.submit(peer(stock_axon.port), TASK, ""))
    assert stock_axon.submits[0].results == ""
    assert stock_axon.signed_as_it_should(stock_axon.submits[0])


def test_the_release_of_a_validator(stock_axon) -> None:
    answer = calling(lambda dendrite: dendrite.version(peer(stock_axon.port)))
    assert answer == (10_000, "1.0.0 three-gen-small@1+fp32")


def test_many_calls_leave_nothing_behind(stock_axon) -> None:
    async def scenario(dendrite: Dendrite) -> set[str]:
        before = set(vars(dendrite))
        for _ in range(20):
            await dendrite.pull(peer(stock_axon.port))
        return set(vars(dendrite)) ^ before

    assert calling(scenario) == set()
    assert len(stock_axon.pulls) == 20


def test_a_wrong_hotkey_is_refused_with_401(stock_axon) -> None:
    other = Peer(MINER.ss58_address, "127.0.0.1", stock_axon.port, 0.0)
    with pytest.raises(CallRefusedError) as refused:
        calling(lambda dendrite: dendrite.pull(other))
    assert refused.value.status == 401


def test_a_handler_that_breaks_is_status_500(stock_axon) -> None:
    def broken(_synapse: PullTask) -> None:
        raise RuntimeError("broken")

    stock_axon.pull = broken
    with pytest.raises(CallRefusedError, match="status 500"):
        calling(lambda dendrite: dendrite.pull(peer(stock_axon.port)))


def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(PeerUnreachableError):
        calling(lambda dendrite: dendrite.pull(peer()))


@pytest.mark.parametrize("ip", ["no such host", "[", "::g"])
def test_an_invalid_address_is_unreachable(ip: str) -> None:
    with pytest.raises(PeerError):
        calling(lambda dendrite: dendrite.pull(Peer(VALIDATOR.ss58_address, ip, 8092, 0.0)))


def test_an_address_of_six_has_brackets() -> None:
    assert Peer("V", "2001:db8::1", 8092, 0.0).url == "http://[2001:db8::1]:8092"


class HangingUp(httpx.AsyncBaseTransport):
    """Delivers the request, and loses the reply."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        await answer.aclose()
        raise httpx.ReadError("reset by peer")

    async def aclose(self) -> None:
        await self._inner.aclose()


def test_a_lost_reply_differs_from_a_call_never_sent(stock_axon) -> None:
    with pytest.raises(NoReplyError):
        calling(lambda dendrite: dendrite.submit(peer(stock_axon.port), TASK, RESULTS), HangingUp())
    assert len(stock_axon.submits) == 1


def saying(answer: httpx.Response) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _request: answer)


def pulled(transport: httpx.AsyncBaseTransport):
    return calling(lambda dendrite: dendrite.pull(peer()), transport)


def test_the_retry_time_of_a_busy_validator_is_used() -> None:
    busy = httpx.Response(503, json={"message": "busy: come back"}, headers={"Retry-After": "15"})
    with pytest.raises(CallRefusedError, match="status 503: busy: come back") as refused:
        pulled(saying(busy))
    assert refused.value.retry_after_s == 15


@pytest.mark.parametrize("text", ["soon", "-1", "1e9", "99999999", "٣"])
def test_an_invalid_retry_time_is_ignored(text: str) -> None:
    with pytest.raises(CallRefusedError) as refused:
        pulled(saying(httpx.Response(503, headers={"Retry-After": text.encode()})))
    assert refused.value.retry_after_s is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 9999, b'{"task": 7}', b'{"submit_before": "soon"}', b"\xff"])
def test_an_unreadable_answer_counts_as_no_reply(body: bytes) -> None:
    with pytest.raises(NoReplyError, match=r"cannot be read|not a JSON object"):
        pulled(saying(httpx.Response(200, content=body)))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"message": null}', b'{"message": [1]}', b"\xff"])
def test_a_refusal_that_cannot_be_read_is_a_refusal(body: bytes) -> None:
    with pytest.raises(CallRefusedError, match="status 500"):
        pulled(saying(httpx.Response(500, content=body)))


def test_a_redirect_is_not_followed() -> None:
    with pytest.raises(CallRefusedError, match="status 307"):
        pulled(saying(httpx.Response(307, headers={"Location": "http://169.254.169.254/"})))


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    read = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                read.append(None)
                yield bytes(1 << 16)

    with pytest.raises(NoReplyError, match="larger"):
        pulled(saying(httpx.Response(200, stream=Endless())))
    assert len(read) <= REPLY_BYTES // (1 << 16) + 2


def test_an_answer_that_brings_the_asset_back_is_read() -> None:
    large = base64.b64encode(bytes(REPLY_BYTES)).decode()
    answer = {"results": large, "submit_time": 0, "signature": "", "feedback": {"task_fidelity_score": 1}}
    transport = saying(httpx.Response(200, json=answer))
    assert calling(lambda dendrite: dendrite.submit(peer(), TASK, large), transport).task_fidelity_score == 1


def test_an_answer_without_the_fields_that_were_sent_is_read() -> None:
    transport = saying(httpx.Response(200, json={"feedback": {"task_fidelity_score": 1}}))
    assert calling(lambda dendrite: dendrite.submit(peer(), TASK, RESULTS), transport).task_fidelity_score == 1


def test_an_endless_answer_counts_as_no_reply() -> None:
    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.01)

    async def scenario(dendrite: Dendrite) -> None:
        dendrite.pull_s = 0.1
        await dendrite.pull(peer())

    with pytest.raises(NoReplyError, match=r"no reply within 0\.1 s"):
        calling(scenario, saying(httpx.Response(200, stream=Dripping())))


def test_numbers_out_of_all_bounds_are_bounded() -> None:
    wild = {"task": {"id": "t", "prompt": "p"}, "submit_before": -(10**30), "cooldown_until": 10**300}
    wild |= {"thresholds": [1e308, -1, 0.5], "max_result_bytes": -5}
    given = pulled(saying(httpx.Response(200, json=wild)))
    assert (given.task.submit_before, given.cooldown_until) == (0.0, 2.0**40)
    assert (given.thresholds, given.max_result_bytes) == ((0.5,), 0)


def test_a_task_without_id_or_prompt_is_ignored() -> None:
    for task in ({"id": "", "prompt": "p"}, {"id": "t", "prompt": ""}, {}, None):
        assert pulled(saying(httpx.Response(200, json={"task": task}))).task is None


def test_a_score_outside_0_to_1_is_ignored() -> None:
    answer = {"results": "", "submit_time": 0, "signature": "", "score": 7.5, "feedback": {"task_fidelity_score": 0.75}}
    transport = saying(httpx.Response(200, json=answer))
    given = calling(lambda dendrite: dendrite.submit(peer(), TASK, RESULTS), transport)
    assert (given.score, given.task_fidelity_score) == (None, 0.75)
