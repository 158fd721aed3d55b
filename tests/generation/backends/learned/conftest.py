"""Tiny random weights of every network, made once, and the shipped configurations made small enough for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from generation.app import create_app
from generation.backends import LOADERS
from generation.backends.contract import Generated, Generator, Progress, Report
from generation.pipeline import build_pipeline
from generation.settings import GenerationConfig, GenerationSettings
from mocks.tiny_weights import write_tiny_weights
from serving.settings import ShellSettings, read_yaml

CONFIGS = Path(__file__).parents[4] / "generation/configs"

_FEW_STEPS = {
    "steps": 3,
    "preview_every": 2,
    "blob": {"splats": 200, "opacity": 0.5},
    "growing": {"every": 2, "threshold": 1e-9, "drop_above": 1.0},
    "views": {"resolutions": [{"until": 1, "px": 64}]},
}
LEAN: dict[str, dict[str, Any]] = {
    "lgm.yaml": {"steps": 2},
    "trellis.yaml": {"structure": {"steps": 4}, "latents": {"steps": 4}},
    "text.yaml": {"optimisation": _FEW_STEPS},
    "text_mv.yaml": {"optimisation": _FEW_STEPS},
}
"""Changes to each shipped configuration that make it fast enough for tests."""


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the weights and return the path of their table."""
    return write_tiny_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def shipped(tiny_weights: Path) -> Callable[..., GenerationConfig]:
    """`shipped("text.yaml", dtype=…, optimisation={…})`: it, with the tiny weights, on a CPU, and these options."""

    def make(name: str, **changes: Any) -> GenerationConfig:
        config = read_yaml(CONFIGS / name, GenerationConfig)
        given = {"weights": str(tiny_weights), "offline": True, "dtype": "float32"}
        options = merged(merged({**config.options, **given}, LEAN[name]), changes)
        return config.model_copy(update={"devices": ["cpu"], "options": options})

    return make


@pytest.fixture(scope="session")
def load(shipped: Callable[..., GenerationConfig]) -> Callable[..., Generator]:
    """`load("text.yaml", "cuda", dtype=…)`: the generator of that configuration; a CPU's unless said otherwise."""

    def make(name: str, device: str = "cpu", **changes: Any) -> Generator:
        config = shipped(name, **changes)
        return LOADERS[config.backend](device, **config.options)

    return make


@dataclass
class Gate:
    """Holds a generator after each preview it reports, until `open` is released."""

    open: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def around(self, generator: Generator) -> Generator:
        def held(prompt: str, seed: int, report: Report) -> Generated:
            def wait(progress: Progress) -> None:
                report(progress)
                if progress.preview is not None:
                    self.open.acquire(timeout=60)

            return generator(prompt, seed, wait)

        return held


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Opened after the test, and the generators behind it end: a thread still at work at exit aborts Python."""
    before, made = set(threading.enumerate()), Gate()
    yield made
    made.open.release(1000)
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=60)


@pytest.fixture(scope="session")
def application() -> Callable[..., FastAPI]:
    """`application(config, gate)`: the service of a configuration, its generator behind a gate if one is given."""

    def make(config: GenerationConfig, gate: Gate | None = None) -> FastAPI:
        pipeline = build_pipeline(config.backend, config.options)
        if gate is not None:
            pipeline = replace(pipeline, load=lambda device, load=pipeline.load: gate.around(load(device)))
        return create_app(GenerationSettings(ShellSettings(port=0), config), pipeline)

    return make


@pytest.fixture(scope="session")
def serving(application: Callable[..., FastAPI]) -> Callable[..., AbstractContextManager[TestClient]]:
    """`with serving(config, gate) as client:` once that service is ready."""

    @contextmanager
    def start(config: GenerationConfig, gate: Gate | None = None) -> Iterator[TestClient]:
        app = application(config, gate)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            while client.get("/ready/").status_code != 200:
                assert app.state.status.fatal is None
            yield client

    return start


def merged(options: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`options` with `changes`, section by section."""
    both = {
        name: merged(options[name], value) if isinstance(value, dict) and isinstance(options.get(name), dict) else value
        for name, value in changes.items()
    }
    return {**options, **both}
