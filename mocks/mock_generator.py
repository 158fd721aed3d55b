"""A fast stand-in for the generation service: every route of the real one, a ball of splats for any prompt.

python mocks/mock_generator.py [--port 8093] [--delay 0.2] [--fail 0.1] [--splats 8000]

The ball's colours are drawn from the seed, so that no two are alike; it shows no prompt, so no validator will like it.
For trying a miner out without a generator: its pace, its failures, its restarts.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

if __package__ in {None, ""}:  # run as a script: python put this folder on the path, not the repository's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import torch

from generation.app import create_app
from generation.backends.contract import Generated, Generator, Progress, Report
from generation.engine import Engine, build_engine
from generation.settings import GenerationConfig, GenerationSettings
from mocks.cheats import make_splats
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError, add_shell_arguments, shell_settings
from splats.model import Splats

REPORT_S = 0.1


def ball(count: int, seed: int) -> Splats:
    """`count` splats on a sphere of diameter 1, in colours of their own."""
    draw = torch.Generator().manual_seed(seed)
    directions = torch.nn.functional.normalize(torch.randn(count, 3, generator=draw), dim=1)
    return make_splats(directions * 0.5, torch.rand(count, 3, generator=draw), torch.full((count, 3), 0.02))


def make_generator(count: int, delay_s: float, fail: float) -> Generator:
    """A generator that takes `delay_s`, and fails for the share `fail` of all seeds."""

    def generate(_prompt: str, seed: int, report: Report) -> Generated:
        ends_at = time.monotonic() + delay_s
        while (left := ends_at - time.monotonic()) > 0:
            report(Progress(1 - left / delay_s, "pretending"))
            time.sleep(min(left, REPORT_S))
        if random.Random(seed).random() < fail:
            raise RuntimeError("a failure on purpose (--fail)")
        return Generated(ball(count, seed), understood="a ball")

    return generate


def mock_engine(count: int, delay_s: float, fail: float) -> Engine:
    """The service's engine with that generator in it; its encoders are the real ones."""
    return replace(
        build_engine("procedural", {}), backend="mock", load=lambda _device: make_generator(count, delay_s, fail)
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until it is told to stop; the exit status."""
    parser = argparse.ArgumentParser(description="A fast stand-in for the generation service.")
    parser.add_argument("--delay", type=float, default=0.2, help="seconds a splat takes (%(default)s)")
    parser.add_argument("--fail", type=float, default=0.0, help="share of jobs that fail (%(default)s)")
    parser.add_argument("--splats", type=int, default=8000, help="splats of a ball (%(default)s)")
    add_shell_arguments(parser, 8093)
    args = parser.parse_args(argv)
    try:
        shell = shell_settings(args)
        configure_logging(shell)
        settings = GenerationSettings(shell=shell, config=GenerationConfig(backend="mock"))
        return serve(create_app(settings, mock_engine(args.splats, args.delay, args.fail)), shell)
    except SettingsError as error:
        parser.exit(2, f"mock_generator.py: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
