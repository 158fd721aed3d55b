"""A fast stand-in for the generation service: it has every route of the real one, and makes a ball for any prompt.

python mocks/mock_generator.py [--port 8093] [--delay 0.2] [--fail 0.1] [--splats 8000]

The ball's colours are drawn from the seed, so that no two are alike. It shows no prompt, so validators will reject it.
Use it to try a miner without a generator: how it copes with slow, failing or restarting services.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import torch
from pydantic import Field

from generation.app import create_app
from generation.backends.contract import Generated, Generator, Progress, Report
from generation.pipeline import Pipeline, build_pipeline
from generation.settings import GenerationConfig, GenerationSettings
from mocks.cheats import make_splats
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import NO_PREFIX, FrozenSettings, SettingsError, ShellSettings, exit_with_error, read_flags
from splats.model import Splats

REPORT_S = 0.1


def ball(count: int, seed: int) -> Splats:
    """Make `count` splats of random colours on a sphere of diameter 1."""
    draw = torch.Generator().manual_seed(seed)
    directions = torch.nn.functional.normalize(torch.randn(count, 3, generator=draw), dim=1)
    return make_splats(directions * 0.5, torch.rand(count, 3, generator=draw), torch.full((count, 3), 0.02))


def make_generator(count: int, delay_s: float, fail: float) -> Generator:
    """Make a generator that takes `delay_s` and fails for the share `fail` of all seeds."""

    def generate(_prompt: str, seed: int, report: Report) -> Generated:
        ends_at = time.monotonic() + delay_s
        while (left := ends_at - time.monotonic()) > 0:
            report(Progress(1 - left / delay_s, "pretending"))
            time.sleep(min(left, REPORT_S))
        if random.Random(seed).random() < fail:
            raise RuntimeError("a failure on purpose (--fail)")
        return Generated(ball(count, seed), understood="a ball")

    return generate


def mock_pipeline(count: int, delay_s: float, fail: float) -> Pipeline:
    """Return the service's pipeline with the mock generator and the real encoders."""
    return replace(
        build_pipeline("procedural", {}), backend="mock", load=lambda _device: make_generator(count, delay_s, fail)
    )


class MockFlags(FrozenSettings):
    """The command line."""

    delay: Annotated[float, Field(ge=0, le=3600)] = 0.2
    """seconds a splat takes"""
    fail: Annotated[float, Field(ge=0, le=1)] = 0.0
    """share of jobs that fail"""
    splats: Annotated[int, Field(ge=1, le=1_000_000)] = 8000
    """splats of a ball"""
    shell: Annotated[ShellSettings, NO_PREFIX] = ShellSettings(port=8093)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service until a signal and return the exit status."""
    try:
        flags = read_flags(MockFlags, "mock_generator.py", argv, "A fast stand-in for the generation service.")
        configure_logging(flags.shell)
        settings = GenerationSettings(flags.shell, GenerationConfig(backend="mock"))
        return serve(create_app(settings, mock_pipeline(flags.splats, flags.delay, flags.fail)), flags.shell)
    except SettingsError as error:
        exit_with_error("mock_generator.py", error)


if __name__ == "__main__":
    sys.exit(main())
