"""Our miner against our validator over loopback."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from neurons.chain.contract import Seat, Snapshot
from neurons.messages import PullReply, SubmitReply, Task
from neurons.miner.candidate_runner import CandidateRunner
from neurons.miner.delivery import Clock, deliver
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import LATEST_S, Validators
from neurons.miner.work import Miner
from neurons.services.generation_pool import GenerationPool
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import CallRefusedError, Peer
from tests.eventually import eventually_async

RESULTS = base64.b64encode(b"an asset").decode()


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


CLOCK = Clock(time.time, random.Random(1), at_once)


def peer_of(axon: Any) -> Peer:
    return Peer(axon.hotkey, "127.0.0.1", axon.port, 5000.0)


class Losing(httpx.AsyncBaseTransport):
    """Delivers requests; loses the replies to the first submissions."""

    def __init__(self, count: int) -> None:
        self._inner, self.left = httpx.AsyncHTTPTransport(), count

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if request.url.path == "/SubmitResults" and self.left:
            self.left -= 1
            await answer.aclose()
            raise httpx.ReadError("reset by peer")
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


def meeting(subnet: Any, keys: Any, story: Callable[..., Any], transport: Any = None) -> Any:
    """Run `story(dendrite, axon)` and return its result."""

    async def meet() -> Any:
        async with subnet.axon() as axon, Dendrite(keys["miner"], 17, transport=transport) as dendrite:
            return await story(dendrite, axon)

    return asyncio.run(asyncio.wait_for(meet(), 30))


async def pulled(dendrite: Dendrite, axon: Any) -> tuple[Task, PullReply]:
    answer = await dendrite.pull(peer_of(axon))
    assert answer.task is not None, answer
    return answer.task, answer


def test_the_miners_signatures_satisfy_a_strict_validator(subnet: Any, keys: Any) -> None:
    subnet.world.require_bound = True

    async def story(dendrite: Dendrite, axon: Any) -> tuple[PullReply, SubmitReply]:
        task, given = await pulled(dendrite, axon)
        return given, await dendrite.submit(peer_of(axon), task, RESULTS)

    given, answer = meeting(subnet, keys, story)
    assert (given.thresholds, given.max_result_bytes, given.version) == ((0.8, 0.6), 16 << 20, 10_000)
    assert (answer.score, answer.task_fidelity_score, answer.reason_code) == (0.9, 1.0, "")


def test_a_strict_validator_accepts_a_decline(subnet: Any, keys: Any) -> None:
    subnet.world.require_bound = True

    async def story(dendrite: Dendrite, axon: Any) -> SubmitReply:
        task, _ = await pulled(dendrite, axon)
        return await dendrite.submit(peer_of(axon), task, "")

    answer = meeting(subnet, keys, story)
    assert (answer.reason_code, answer.task_fidelity_score, answer.average_fidelity_score) == ("", 0.0, 1.0)
    assert answer.cooldown_until > time.time()


def test_a_lost_reply_is_sent_again_without_judging_twice(subnet: Any, keys: Any) -> None:
    async def story(dendrite: Dendrite, axon: Any) -> SubmitReply | None:
        task, _ = await pulled(dendrite, axon)
        return await deliver(dendrite, peer_of(axon), task, RESULTS, MinerRules(), CLOCK)

    answer = meeting(subnet, keys, story, Losing(3))
    assert (answer.score, answer.generations_within_8_hours) == (0.9, 1)
    assert len(subnet.world.judged) == 1


def test_a_validator_fault_costs_the_miner_nothing(subnet: Any, keys: Any, verdicts: Any) -> None:
    subnet.world.verdict = verdicts["fault"]

    async def mend(_seconds: float) -> None:
        subnet.world.verdict = verdicts["high"]

    async def story(dendrite: Dendrite, axon: Any) -> SubmitReply | None:
        task, _ = await pulled(dendrite, axon)
        clock = Clock(time.time, random.Random(1), mend)
        return await deliver(dendrite, peer_of(axon), task, RESULTS, MinerRules(), clock)

    answer = meeting(subnet, keys, story)
    assert (answer.task_fidelity_score, answer.average_fidelity_score, answer.generations_within_8_hours) == (
        1.0,
        1.0,
        1,
    )
    assert len(subnet.world.judged) == 2


def test_a_stopping_validator_sends_a_retry_time(subnet: Any, keys: Any) -> None:
    async def story(dendrite: Dendrite, axon: Any) -> float | None:
        axon.app.stopping = True
        with pytest.raises(CallRefusedError, match="503") as refused:
            await dendrite.pull(peer_of(axon))
        return refused.value.retry_after_s

    assert meeting(subnet, keys, story) == 30


def test_an_unregistered_miner_gets_a_retry_time(subnet: Any, keys: Any) -> None:
    async def story(_dendrite: Dendrite, axon: Any) -> float | None:
        async with Dendrite(keys["stranger"], 17) as stranger:
            with pytest.raises(CallRefusedError, match="403") as refused:
                await stranger.pull(peer_of(axon))
        return refused.value.retry_after_s

    assert meeting(subnet, keys, story) == 600


def test_a_wrong_miner_clock_is_reported(subnet: Any, keys: Any) -> None:
    async def story(_dendrite: Dendrite, axon: Any) -> str:
        async with Dendrite(keys["miner"], 17, now_ns=lambda: time.time_ns() + 600 * 10**9) as fast:
            with pytest.raises(CallRefusedError) as refused:
                await fast.pull(peer_of(axon))
        return str(refused.value)

    assert "future_nonce" in meeting(subnet, keys, story)


class Balls:
    """A generation service whose asset is the prompt and the seed."""

    url = "http://gen"

    async def problem(self) -> str:
        return ""

    async def generate(self, prompt: str, seed: int) -> bytes:
        return f"{prompt} {seed}".encode()


def test_a_complete_miner_earns(subnet: Any, keys: Any) -> None:
    async def story(dendrite: Dendrite, axon: Any) -> None:
        clock = Clock(time.time, random.Random(1))
        validators = Validators(MinerRules(), lambda: time.time() + LATEST_S, clock.rng)
        seat = Seat(0, axon.hotkey, "cold", 5000.0, 0.0, True, 0, "127.0.0.1", axon.port)
        validators.update(Snapshot(17, 1, (seat,)), dendrite.hotkey)
        generators = GenerationPool([Balls()], time.monotonic)
        await generators.check()
        metrics, stop = MinerMetrics(CollectorRegistry()), asyncio.Event()
        runner = CandidateRunner(generators, None, MinerRules(), clock, metrics)
        miner = Miner(dendrite, validators, generators, runner, MinerRules(), clock, metrics)
        working = asyncio.create_task(miner.run(stop))
        await eventually_async(lambda: working.done() or metrics.summary() == "1 accepted")
        assert not working.done()
        stop.set()
        await working

    meeting(subnet, keys, story)
    prompt, asset, _ = subnet.world.judged[0]
    assert asset.startswith(prompt.encode())


def test_calls_leave_no_socket_and_no_task_behind(subnet: Any, keys: Any) -> None:
    async def story(dendrite: Dendrite, axon: Any) -> list[tuple[int, int]]:
        sizes = []
        for _ in range(60):
            await dendrite.pull(peer_of(axon))
            sizes.append((len(list(Path("/proc/self/fd").iterdir())), len(asyncio.all_tasks())))
        return sizes

    sizes = meeting(subnet, keys, story)
    assert set(sizes[10:]) == {sizes[10]}
