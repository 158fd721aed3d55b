"""The generation service with a small generator whose pace the tests control."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient

from generation.app import create_app
from generation.backends.contract import Generated, Generator, Progress, Report
from generation.pipeline import Pipeline
from generation.settings import GenerationConfig, GenerationSettings
from serving.settings import ShellSettings
from splats.codecs import encode_ply, encode_spz
from splats.model import Splats
from splats.sh import from_rgb
from tests.eventually import eventually

COUNT = 200


def dots(seed: int) -> Splats:
    """200 round splats in a box, by seed."""
    random = torch.Generator().manual_seed(seed)
    return Splats(
        means=torch.rand(COUNT, 3, generator=random) - 0.5,
        quats=torch.tensor([1.0, 0, 0, 0]).repeat(COUNT, 1),
        scales=torch.full((COUNT, 3), 0.02),
        opacities=torch.full((COUNT,), 0.9),
        sh=from_rgb(torch.rand(COUNT, 3, generator=random)),
    )


def drawn(splats: Splats) -> bytes:
    """Raise like `normalise` for the splats of seed 0, as if they were invisible."""
    if torch.equal(splats.means, dots(0).means):
        raise ValueError("nothing to see")
    return b""


class Pace:
    """A generator: "slow …" waits, reporting, until `go` is set; "boom …" raises; "deaf …" waits without reporting."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.loads = 0
        self.devices: list[str] = []
        self.running = 0
        self.most_running = 0
        self.calls: list[tuple[str, int]] = []
        self.cancelled: list[str] = []
        self.encodings: list[str] = []

    def load(self, device: str) -> Generator:
        self.loads += 1
        self.devices.append(device)
        return self.generate

    def generate(self, prompt: str, seed: int, report: Report) -> Generated:
        self.calls.append((prompt, seed))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            report(Progress(0.0, "reading"))
            self._work(prompt, report)
            report(Progress(1.0, "building"))
        except Exception:
            self.cancelled.append(prompt)
            raise
        finally:
            self.running -= 1
        return Generated(dots(seed), understood=f"understood {prompt}")

    def _work(self, prompt: str, report: Report) -> None:
        if prompt.startswith("boom"):
            raise RuntimeError("the generator broke on a secret prompt")
        if prompt.startswith("deaf"):
            self.go.wait()
        if prompt.startswith("slow look"):
            report(Progress(0.1, "building", dots(int(prompt.removeprefix("slow look ")))))
        steps = 0
        while prompt.startswith("slow") and not self.go.is_set():
            steps += 1
            report(Progress(min(0.9, steps / 100), "building"))
            time.sleep(0.005)

    def encoder(self, name: str, encode: Callable[[Splats], bytes]) -> Callable[..., bytes]:
        def counted(splats: Splats, size_px: int, advance: Callable[[float], None]) -> bytes:
            self.encodings.append(name)
            advance(0.5)
            return encode(splats) or f"{name} of {size_px} px".encode()

        return counted

    def pipeline(self) -> Pipeline:
        return Pipeline(
            backend="fake",
            load=self.load,
            renderer_name=lambda: "no-renderer",
            encoders={
                "ply": self.encoder("ply", encode_ply),
                "spz": self.encoder("spz", encode_spz),
                "spz2": self.encoder("spz2", lambda splats: encode_spz(splats, 2)),
                "png": self.encoder("png", drawn),
                "mp4": self.encoder("mp4", lambda _splats: b""),
            },
        )


@pytest.fixture
def pace() -> Iterator[Pace]:
    made = Pace()
    yield made
    made.go.set()


def app_of(pace: Pace, shell: dict[str, object] | None = None, **config: object) -> FastAPI:
    settings = GenerationSettings(
        shell=ShellSettings.model_validate({"port": 0, **(shell or {})}),
        config=GenerationConfig.model_validate({"backend": "fake", **config}),
    )
    return create_app(settings, pace.pipeline())


@pytest.fixture
def make_app(pace: Pace) -> Callable[..., FastAPI]:
    """Make the service; keyword arguments go to its configuration, `shell` to its flags."""
    return partial(app_of, pace)


@pytest.fixture(scope="module")
def shared_app() -> FastAPI:
    """One service for all tests of a module that leave no trace in it."""
    return app_of(Pace(), results_kept_jobs=100_000)


@pytest.fixture
def client(make_app: Callable[..., FastAPI]) -> Iterator[TestClient]:
    with TestClient(make_app(), base_url="http://127.0.0.1") as running:
        ready(running)
        yield running


@pytest.fixture(scope="module")
def shared(shared_app: FastAPI) -> Iterator[TestClient]:
    """A client for requests that leave no trace, such as refusals."""
    with TestClient(shared_app, base_url="http://127.0.0.1") as running:
        ready(running)
        yield running


def ready(client: TestClient) -> None:
    eventually(lambda: client.get("/ready/").status_code == 200)


@pytest.fixture(name="ready")
def ready_fixture() -> Callable[[TestClient], None]:
    return ready
