"""The pool of validation services: which one judges, which one takes over, and whose fault a failure is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from neurons.services.validation import MAX_IN_FLIGHT, Fault, Rejection, ValidationPool, Verdict, write_request
from tests.eventually import eventually_async
from validation.schemas import EMBEDDING_SIZE, REJECT_CODES

SCORE = {
    "score": 0.9,
    "alignment": 0.9,
    "quality": 1.0,
    "parts": {},
    "scorer": "three-gen-small@1+fp32",
    "seed": 5,
    "fingerprint": {"digest": "00", "embedding": [0.0] * EMBEDDING_SIZE},
    "preview": None,
}
A, B = "http://a", "http://b"
Handler = Callable[[httpx.Request], Awaitable[httpx.Response]]


def refusal(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": "because"})


class Services:
    """Two services; `validate` holds their responses to /validate/ by host."""

    def __init__(self, **validate: Any) -> None:
        self.validate = validate
        self.scorer = {"a": "three-gen-small@1+fp32", "b": "three-gen-small@1+fp32"}
        self.ready = {"a": 200, "b": 200}
        self.asked: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if request.url.path == "/ready/":
            return httpx.Response(self.ready[host])
        if request.url.path == "/version/":
            return httpx.Response(200, json=f"1.0.0 {self.scorer[host]} cpu-native")
        self.asked.append(host)
        self.bodies.append(json.loads(request.content))
        answer = self.validate.get(host, httpx.Response(200, json=SCORE))
        if isinstance(answer, Exception):
            raise answer
        return (await answer()) if callable(answer) else answer


async def pool_of(services: Services, *urls: str) -> ValidationPool:
    client = httpx.AsyncClient(transport=httpx.MockTransport(services))
    pool = ValidationPool(urls or (A, B), client, idle_s=0.0)
    await pool.check()
    return pool


def judge_with(services: Services, *urls: str) -> Verdict:
    async def ask() -> Verdict:
        return await (await pool_of(services, *urls)).judge("a red car", "AAAA", 5)

    return asyncio.run(ask())


def test_a_score_is_passed_on() -> None:
    services = Services()
    verdict = judge_with(services)
    assert (verdict.score, verdict.scorer) == (0.9, "three-gen-small@1+fp32")  # type: ignore[union-attr]
    assert services.bodies == [{"prompt": "a red car", "data": "AAAA", "seed": 5}]


@pytest.mark.parametrize("code", sorted(REJECT_CODES))
def test_a_code_of_the_reject_list_is_the_assets_fault(code: str) -> None:
    assert judge_with(Services(a=refusal(422, code)), A) == Rejection(code, "because")


@pytest.mark.parametrize(
    "answer",
    [
        refusal(422, "invalid_request"),
        refusal(500, "too_few"),
        refusal(401, "unauthorized"),
        httpx.Response(422, content=b"\xff not json"),
        httpx.Response(200, json={"score": 2}),
        httpx.ReadError("the service was killed"),
        httpx.ConnectError("nobody listens"),
        httpx.WriteTimeout("stuck"),
        httpx.DecodingError("not gzip"),
    ],
)
def test_everything_else_is_the_validators_fault(answer: Any) -> None:
    assert judge_with(Services(a=answer, b=answer)) == Fault("no validation endpoint could judge")


@pytest.mark.parametrize("answer", [refusal(503, "busy"), httpx.ReadError("gone"), httpx.ConnectError("gone")])
def test_another_endpoint_takes_over(answer: Any) -> None:
    services = Services(a=answer)
    assert judge_with(services).score == 0.9  # type: ignore[union-attr]
    assert services.asked == ["a", "b"]


@pytest.mark.parametrize("loss", [refusal(503, "worker_lost"), httpx.ReadTimeout("slow")])
def test_a_lost_worker_is_tried_once_more_elsewhere(loss: Any) -> None:
    services = Services(a=loss)
    assert judge_with(services).score == 0.9  # type: ignore[union-attr]
    assert services.asked == ["a", "b"]


@pytest.mark.parametrize("loss", [refusal(503, "worker_lost"), httpx.ReadTimeout("slow")])
def test_a_second_loss_is_the_assets_fault(loss: Any) -> None:
    services = Services(a=loss)
    verdict = judge_with(services, A)
    assert isinstance(verdict, Rejection)
    assert (verdict.code, services.asked) == ("too_expensive", ["a", "a"])


def test_after_a_loss_no_busy_endpoint_is_tried() -> None:
    async def scenario() -> None:
        held, release = asyncio.Event(), asyncio.Event()
        answers = iter([None, refusal(503, "worker_lost")])

        async def first_waits() -> httpx.Response:
            if (answer := next(answers)) is not None:
                return answer
            held.set()
            await release.wait()
            return httpx.Response(200, json=SCORE)

        pool = await pool_of(Services(a=first_waits), A)
        first = asyncio.create_task(pool.judge("a red car", "AAAA", 5))
        await held.wait()
        assert isinstance(await pool.judge("a red car", "AAAA", 5), Fault)  # perhaps not the asset's fault
        release.set()
        await first

    asyncio.run(scenario())


def test_assets_go_to_the_least_loaded_endpoint_up_to_its_limit() -> None:
    async def scenario() -> None:
        release = asyncio.Event()

        async def waits() -> httpx.Response:
            await release.wait()
            return httpx.Response(200, json=SCORE)

        services = Services(a=waits, b=waits)
        pool = await pool_of(services)
        asks = [asyncio.create_task(pool.judge("a red car", "AAAA", 5)) for _ in range(3 * MAX_IN_FLIGHT)]
        await eventually_async(lambda: len(services.asked) >= 2 * MAX_IN_FLIGHT)
        assert (services.asked.count("a"), services.asked.count("b")) == (MAX_IN_FLIGHT, MAX_IN_FLIGHT)
        release.set()
        await asyncio.gather(*asks)

    asyncio.run(scenario())


def test_an_endpoint_that_is_not_ready_is_not_used_until_it_is() -> None:
    async def scenario() -> None:
        services = Services()
        services.ready = {"a": 503, "b": 503}
        pool = await pool_of(services)
        assert not pool.ready
        assert isinstance(await pool.judge("a red car", "AAAA", 5), Fault)
        services.ready["b"] = 200
        await pool.check()
        assert pool.ready
        await pool.judge("a red car", "AAAA", 5)
        assert services.asked == ["b"]

    asyncio.run(scenario())


def test_weights_need_the_required_scorer_at_every_endpoint() -> None:
    async def scenario() -> None:
        services = Services()
        pool = await pool_of(services)
        assert pool.all_score_with("three-gen-small@1")
        assert not pool.all_score_with("clip-vitb16-openai@1")
        services.scorer["b"] = "another@1+fp32"
        await pool.check()
        assert not pool.all_score_with("three-gen-small@1")
        assert pool.scorer == "three-gen-small@1+fp32"
        assert pool.scorer in pool.version

    asyncio.run(scenario())


def test_before_any_check_no_scorer_is_known() -> None:
    async def scenario() -> None:
        services = Services()
        services.scorer["a"] = ""
        pool = await pool_of(services, A)
        assert not pool.ready
        assert not pool.all_score_with("three-gen-small@1")

    asyncio.run(scenario())


def test_a_request_is_json_whatever_the_prompt() -> None:
    prompt = 'a "red" car\\ ☃'
    assert json.loads(write_request(prompt, "QUJD", 5)) == {"prompt": prompt, "data": "QUJD", "seed": 5}
