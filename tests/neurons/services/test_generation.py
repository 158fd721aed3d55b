"""The client against the real generation service with a fake generator, and against connections that break."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from generation.app import create_app
from generation.backends.contract import Generated, Generator, Progress, Report
from generation.pipeline import Pipeline
from generation.settings import GenerationConfig, GenerationSettings
from neurons.services.generation import ASSET_BYTES, GenerationClient, JobFailedError, ServiceUnavailableError
from serving.settings import ShellSettings

KEY = "a-key-of-enough-length"


@dataclass
class FakeGenerator:
    """A generator whose splat is its prompt and seed: "slow" waits for `go`, "boom" fails."""

    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def generate(self, prompt: str, seed: int, report: Report) -> Generated:
        self.begun.set()
        if prompt == "boom":
            raise RuntimeError("out of memory")
        while prompt == "slow" and not self.go.wait(0.005):
            try:
                report(Progress(0.5, "building"))
            except Exception:
                self.cancelled.set()
                raise
        return Generated(f"{prompt} {seed}", understood=None)  # type: ignore[arg-type]

    def pipeline(self) -> Pipeline:
        def encode(splats: object, _size: int, _advance: Callable[[float], None]) -> bytes:
            return str(splats).encode()

        def load(_device: str) -> Generator:
            return self.generate

        encoders = dict.fromkeys(("ply", "spz", "png", "mp4"), encode)
        return Pipeline("fake", load, lambda: "none", encoders)


@pytest.fixture
def generator() -> Iterator[FakeGenerator]:
    generator = FakeGenerator()
    yield generator
    generator.go.set()


@pytest.fixture
def service_url(generator: FakeGenerator, live) -> Iterator[str]:
    shell = ShellSettings(port=0, api_keys=(KEY,))
    config = GenerationConfig.model_validate({"backend": "fake", "queue_limit": 1})
    with live(create_app(GenerationSettings(shell=shell, config=config), generator.pipeline()), drain_s=0.0) as url:
        yield url


def using(url: str, scenario, transport: httpx.AsyncBaseTransport | None = None):
    """Return the result of `scenario(service)`, once the service is ready."""

    async def run():
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(headers=headers, transport=transport, trust_env=False) as client:
            service = GenerationClient(url, client)
            while transport is None and not await service.ready():
                await asyncio.sleep(0.01)
            return await scenario(service)

    return asyncio.run(run())


def test_a_prompt_becomes_a_splat(service_url: str) -> None:
    assert using(service_url, lambda service: service.generate("a red car", 7)) == b"a red car 7"


def test_the_job_is_deleted_afterwards(service_url: str) -> None:
    async def scenario(service: GenerationClient) -> str:
        await service.generate("a red car", 7)
        return (await service.client.get(f"{service.url}/metrics")).text

    deleted = 'http_requests_total{method="DELETE",route="/jobs/{job_id}",status="204"} 1.0'
    assert deleted in using(service_url, scenario)


def test_a_failed_job_is_reported_with_its_code(service_url: str) -> None:
    with pytest.raises(JobFailedError, match="generation_failed"):
        using(service_url, lambda service: service.generate("boom", 7))


def test_an_invalid_prompt_fails_the_job(service_url: str) -> None:
    with pytest.raises(JobFailedError, match="invalid_request"):
        using(service_url, lambda service: service.generate("\u202e", 7))


def test_a_job_is_cancelled_with_its_caller(service_url: str, generator: FakeGenerator) -> None:
    async def scenario(service: GenerationClient) -> None:
        job = asyncio.create_task(service.generate("slow", 7))
        await asyncio.to_thread(generator.begun.wait, 10)
        job.cancel()
        await asyncio.wait({job})
        assert job.cancelled()
        assert await asyncio.to_thread(generator.cancelled.wait, 10)

    using(service_url, scenario)


def test_a_job_cancelled_while_it_is_submitted_is_cancelled_too(service_url: str, generator: FakeGenerator) -> None:
    async def scenario(service: GenerationClient) -> None:
        job = asyncio.create_task(service.generate("slow", 7))
        await asyncio.sleep(0)  # the request has been sent
        job.cancel()
        await asyncio.wait({job})
        generator.go.set()
        assert await service.generate("next", 1) == b"next 1"  # nothing runs or waits before it

    using(service_url, scenario)


def test_a_full_queue_is_not_the_prompts_fault(service_url: str, generator: FakeGenerator) -> None:
    async def scenario(service: GenerationClient) -> None:
        for seed in (1, 2):  # one runs, one waits
            await service.client.post(f"{service.url}/jobs/", json={"prompt": "slow", "seed": seed})
            await asyncio.to_thread(generator.begun.wait, 10)
        with pytest.raises(ServiceUnavailableError) as refused:
            await service.generate("slow", 3)
        assert refused.value.retry_after_s

    using(service_url, scenario)


def test_a_wrong_key_is_not_the_prompts_fault(service_url: str) -> None:
    async def scenario(service: GenerationClient) -> None:
        async with httpx.AsyncClient(trust_env=False) as keyless:
            with pytest.raises(ServiceUnavailableError, match="401 unauthorized"):
                await GenerationClient(service.url, keyless).generate("a red car", 7)

    using(service_url, scenario)


def test_a_service_that_does_not_run_is_unavailable_and_not_ready() -> None:
    async def scenario(service: GenerationClient) -> None:
        assert not await service.ready()
        with pytest.raises(ServiceUnavailableError, match="no connection"):
            await service.generate("a red car", 7)

    async def run() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await scenario(GenerationClient("http://127.0.0.1:9", client))

    asyncio.run(run())


class BreakingTransport(httpx.AsyncBaseTransport):
    """A transport whose first event streams break in the middle."""

    def __init__(self, streams: int) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.left = streams

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/events") and self.left:
            self.left -= 1
            return httpx.Response(200, stream=BrokenStream())
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class BrokenStream(httpx.AsyncByteStream):
    """A stream whose connection is reset."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b": still here\n\n"
        raise httpx.ReadError("reset by peer")


def test_a_broken_event_stream_is_opened_again(service_url: str) -> None:
    using(service_url, lambda service: service.ready())
    transport = BreakingTransport(streams=2)
    splat = using(service_url, lambda service: service.generate("a red car", 7), transport)
    assert (splat, transport.left) == (b"a red car 7", 0)


JOB = {
    "id": "A" * 22,
    "status": "running",
    "position": None,
    "progress": 0.0,
    "stage": "",
    "prompt": "a red car",
    "seed": 7,
    "understood": None,
    "created_at": "2026-01-01T00:00:00Z",
    "finished_at": None,
    "error": None,
    "results": {},
}


def scripted(events: httpx.Response, result: httpx.Response | None = None) -> httpx.MockTransport:
    """A service that accepts the job and then sends these responses."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(202, json=JOB)
        if request.method == "DELETE":
            return httpx.Response(204)
        return events if request.url.path.endswith("/events") else result or httpx.Response(500)

    return httpx.MockTransport(answer)


def event(**changes: object) -> httpx.Response:
    return httpx.Response(200, text=f"event: progress\ndata: {json.dumps({**JOB, **changes})}\n\n")


@pytest.mark.parametrize(
    ("events", "error"),
    [
        (event(status="failed", error={"code": "generation_failed", "detail": "x"}), JobFailedError),
        (event(status="failed", error={"code": "shutting_down", "detail": "x"}), ServiceUnavailableError),
        (event(status="cancelled"), ServiceUnavailableError),
        (httpx.Response(404, json={"code": "not_found", "detail": "x"}), ServiceUnavailableError),
        (httpx.Response(200, text="data: [1]\n\n"), ServiceUnavailableError),
    ],
)
def test_unexpected_answers_of_a_service(events: httpx.Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        using("http://gen", lambda service: service.generate("a red car", 7), scripted(events))


def test_an_endless_splat_is_read_up_to_the_limit() -> None:
    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield bytes(1 << 22)

    transport = scripted(event(status="done"), httpx.Response(200, stream=Endless()))
    with pytest.raises(JobFailedError, match=str(ASSET_BYTES)):
        using("http://gen", lambda service: service.generate("a red car", 7), transport)
