"""Keys of services: wrong and rotated ones, and what is logged about them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from neurons.services.generation import GenerationClient
from neurons.services.generation_pool import GenerationPool
from neurons.services.keys import KeyFile, key_file
from neurons.services.validation import ValidationPool
from serving.settings import SettingsError

OLD, NEW = "0123456789abcdef", "fedcba9876543210"


class Service:
    """A service that takes one key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.calls = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return httpx.Response(401, json={"code": "unauthorized", "detail": "no"})
        body = "1.0.0 three-gen-small@1+fp32" if request.url.path == "/version/" else {"body": request.content.decode()}
        return httpx.Response(200, json=body)


def messages(caplog: pytest.LogCaptureFixture, logger: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == logger]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(OLD + "\n")
    return path


def client_of(service: Callable[[httpx.Request], httpx.Response], key: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(auth=KeyFile(key), transport=httpx.MockTransport(service))


def test_a_rotated_key_is_read_again_and_the_request_sent_once_more(key: Path) -> None:
    service = Service(OLD)

    async def story() -> None:
        async with client_of(service, key) as client:
            assert (await client.post("http://a/", content=b"x")).status_code == 200
            service.key = NEW
            key.write_text(NEW + "\n")
            answers = await asyncio.gather(*(client.post("http://a/", content=b"x") for _ in range(3)))
            assert [answer.json() for answer in answers] == [{"body": "x"}] * 3

    asyncio.run(story())


def test_a_wrong_key_is_sent_once(key: Path) -> None:
    service = Service(NEW)

    async def story() -> None:
        async with client_of(service, key) as client:
            assert (await client.get("http://a/")).status_code == 401
            assert service.calls == 1
            key.unlink()
            assert (await client.get("http://a/")).status_code == 401

    asyncio.run(story())


def test_a_missing_key_file_is_an_error_at_the_start(tmp_path: Path) -> None:
    assert key_file(None) is None
    with pytest.raises(SettingsError, match="cannot read the key file"):
        key_file(tmp_path / "nothing")


def test_a_refused_key_is_logged_once_with_its_status(key: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "neurons.services.validation")
    service = Service(NEW)

    async def story() -> None:
        async with client_of(service, key) as client:
            pool = ValidationPool(["http://a"], client)
            for _ in range(3):
                await pool.check()
            assert pool.problems == ["http://a: status 401 unauthorized; check the key file"]
            key.write_text(NEW)
            for _ in range(3):
                await pool.check()
            assert (pool.ready, pool.problems) == (True, [])

    asyncio.run(story())
    assert messages(caplog, "neurons.services.validation") == [
        "http://a is not used: status 401 unauthorized; check the key file",
        "http://a is ready",
    ]


def test_the_miner_logs_a_refused_key_once(key: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "neurons.services.generation_pool")
    service = Service(NEW)

    async def story() -> None:
        async with client_of(service, key) as client:
            pool = GenerationPool([GenerationClient("http://a", client)], lambda: 0.0)
            for _ in range(3):
                await pool.check()
            assert pool.slots[0].problem == "status 401 unauthorized; check the key file"
            key.write_text(NEW)
            await pool.check()
            assert pool.ready == 1

    asyncio.run(story())
    assert messages(caplog, "neurons.services.generation_pool") == [
        "http://a is not ready: status 401 unauthorized; check the key file",
        "http://a is ready",
    ]
