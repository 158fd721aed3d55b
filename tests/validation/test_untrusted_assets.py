"""Untrusted assets over HTTP: hostile bytes and junk are refused with a code (cheats: test_attacks.py)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import struct
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
import torch

from mocks.cheats import card, make_splats, noise
from serving.settings import ShellSettings
from splats.codecs import encode_ply, encode_spz
from splats.model import Splats
from validation.app import create_app
from validation.assets.render_spec import RenderSpec
from validation.engine import Engine
from validation.schemas import MAX_BODY_BYTES, REJECT_CODES
from validation.scoring.judge import Judge
from validation.settings import ValidationSettings

URL = "http://127.0.0.1:8094"


def client_of(engine: Engine, **changes: Any) -> httpx.AsyncClient:
    app = create_app(ValidationSettings(shell=ShellSettings(port=8094), **changes), "test", lambda: engine)
    app.state.service.engine = engine
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL, timeout=60)


def as_body(data: bytes, prompt: str = "a red ball") -> dict[str, Any]:
    return {"prompt": prompt, "data": base64.b64encode(data).decode()}


def with_value(ply: bytes, column: int, value: float) -> bytes:
    """Return the PLY file with one float of its first splat replaced."""
    start = ply.index(b"end_header\n") + len(b"end_header\n") + 4 * column
    return ply[:start] + struct.pack("<f", value) + ply[start + 4 :]


def hostile(honest: Splats) -> dict[str, tuple[bytes, str]]:
    ply, spz = encode_ply(honest), encode_spz(honest)
    bomb = gzip.compress(b"NGSP" + struct.pack("<IIBBBB", 3, 1_000_000, 0, 12, 0, 0) + bytes(300 * 2**20), 1)
    return {
        "bomb": (bomb, "truncated"),
        "nan": (with_value(ply, 0, float("nan")), "not_finite"),
        "infinity": (with_value(ply, 1, float("inf")), "not_finite"),
        "giant scale": (with_value(ply, 10, 80.0), "out_of_range"),
        "cut": (spz[: len(spz) // 2], "truncated"),
        "many": (ply.replace(b"vertex 6000", b"vertex 99999999"), "too_many"),
    }


def test_hostile_input_is_refused_and_the_next_good_asset_is_scored(
    honest: Splats, tiny_engine: Callable[[], Engine]
) -> None:
    async def attack() -> None:
        async with client_of(tiny_engine()) as client:
            for name, (data, code) in hostile(honest).items():
                started = time.monotonic()
                answer = await client.post("/validate/", json=as_body(data))
                assert answer.status_code in {413, 422}, name
                assert answer.json()["code"] in REJECT_CODES, name
                assert answer.json()["code"] == code or name == "bomb", name
                assert time.monotonic() - started < 30, name
                assert (await client.get("/health/")).status_code == 200
            assert (await client.post("/validate/", json=as_body(encode_spz(honest)))).status_code == 200

    asyncio.run(attack())


def test_a_body_over_the_limit_is_refused(tiny_engine: Callable[[], Engine]) -> None:
    async def attack() -> None:
        async with client_of(tiny_engine()) as client:
            answer = await client.post("/validate/", content=b"x" * (MAX_BODY_BYTES + 1))
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    asyncio.run(attack())


def test_a_slow_body_is_refused_in_bounded_time(tiny_engine: Callable[[], Engine]) -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    async def attack() -> None:
        async with client_of(tiny_engine(), body_timeout_s=0.2) as client:
            answer = await client.post("/validate/", content=drip())
            assert (answer.status_code, answer.json()["code"]) == (408, "slow_body")
            assert (await client.get("/health/")).status_code == 200

    asyncio.run(attack())


class Busy:
    """A worker that works until it is closed."""

    def __init__(self) -> None:
        self.go_on = True

    def call(self, task: str, *values: object) -> Any:
        while self.go_on:
            time.sleep(0.01)
        raise AssertionError("not reached before the end of the test")

    def close(self) -> None:
        self.go_on = False


def test_health_answers_while_an_asset_is_worked_on(tiny_judge: Judge, honest: Splats) -> None:
    async def ask() -> None:
        engine = Engine(Busy(), tiny_judge, "tiny@1+fp32")
        async with client_of(engine) as client:
            waiting = asyncio.create_task(client.post("/validate/", json=as_body(encode_spz(honest))))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            assert (await client.get("/health/")).status_code == 200
            waiting.cancel()
            engine.close()

    asyncio.run(ask())


def junk(honest: Splats) -> dict[str, Splats]:
    count = len(honest)
    index = torch.arange(count)
    big = make_splats(torch.rand(300_000, 3), torch.rand(300_000, 3), torch.full((300_000, 3), 0.4))
    dust = noise(2_000)
    return {
        "too_few": honest.select(index[:100]),
        "transparent": replace(honest, opacities=torch.full((count,), 0.01)),
        "degenerate_scale": replace(honest, scales=honest.scales * 1e-4),
        "coincident": replace(honest, means=torch.full_like(honest.means, 0.25)),
        "duplicate": honest.select(index % 2_000),
        "flat": card(torch.rand(80, 80, 3), torch.ones(80, 80)),
        "empty_views": replace(dust, opacities=dust.opacities * 0 + 0.052, scales=dust.scales * 0 + 5e-4),
        "too_expensive": big,
    }


class NeverAsked:
    """An encoder that must not be called."""

    def images(self, views: torch.Tensor) -> torch.Tensor:
        raise AssertionError("junk reached the model")

    def texts(self, texts: Any) -> torch.Tensor:
        return torch.zeros(len(texts), 4)


@pytest.mark.parametrize(
    "code",
    ["too_few", "transparent", "degenerate_scale", "coincident", "duplicate", "flat", "empty_views", "too_expensive"],
)
def test_each_junk_class_has_its_own_code_before_any_model_call(
    code: str, honest: Splats, tiny_judge: Judge, in_process: Callable[[RenderSpec], Any]
) -> None:
    judge = Judge(tiny_judge.files, NeverAsked())

    async def ask() -> None:
        async with client_of(Engine(in_process(RenderSpec(112, 2)), judge, "tiny@1+fp32")) as client:
            answer = await client.post("/validate/", json=as_body(encode_ply(junk(honest)[code])))
            assert (answer.status_code, answer.json()["code"]) == (422, code)

    asyncio.run(ask())


def test_the_honest_asset_passes_every_check(honest: Splats, tiny_engine: Callable[[], Engine]) -> None:
    async def ask() -> None:
        async with client_of(tiny_engine()) as client:
            assert (await client.post("/validate/", json=as_body(encode_ply(honest)))).status_code == 200

    asyncio.run(ask())


def test_one_asset_and_seed_have_one_score_and_the_scorer_is_named(
    honest: Splats, tiny_engine: Callable[[], Engine]
) -> None:
    async def ask() -> None:
        found = []
        for _ in range(2):  # two engines: nothing is carried from one to the other
            async with client_of(tiny_engine()) as client:
                found.append((await client.post("/validate/", json=as_body(encode_spz(honest)))).json())
        assert found[0] == found[1]
        assert found[0]["scorer"] == "tiny@1+fp32"

    asyncio.run(ask())
