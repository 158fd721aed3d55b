"""Time the procedural generator alone, and the running service from a prompt to a video.

python -m benchmarks.generation [--rounds 5]    prints Markdown tables; medians of wall-clock seconds
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import httpx
import torch

from generation.backends import LOADERS
from mocks.processes import running
from procedural.language.vocabulary import load_vocabulary
from serving.arguments import COUNT, FlagParser
from splats.render import renderer_name, warm_up

PROMPTS = ("pink bicycle", "golden crown with red gems", "green dragon")


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=COUNT, default=5)
    rounds = parser.parse_args().rounds
    warm_up()
    print(f"`python -m benchmarks.generation --rounds {rounds}`: {renderer_name()}\n")
    time_objects()
    time_service(rounds)


def time_objects() -> None:
    """Generate every object of the vocabulary once, on one core."""
    torch.set_num_threads(1)
    generate = LOADERS["procedural"]("cpu")
    names = list(load_vocabulary().entries)
    generate(names[0], 0, lambda _progress: None)
    times, counts = [], []
    for name in names:
        started = time.process_time()
        counts.append(len(generate(name, 0, lambda _progress: None).splats))
        times.append(time.process_time() - started)
    slowest = names[times.index(max(times))]
    print("| procedural, one core | median CPU s | 95 % | largest | splats, median | least to most |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {len(names)} objects | {statistics.median(times):.2f} | {statistics.quantiles(times, n=20)[-1]:.2f}"
        f" | {max(times):.2f} ({slowest}) | {statistics.median(counts):,.0f} | {min(counts):,} to {max(counts):,} |\n"
    )


def time_service(rounds: int) -> None:
    """Send requests to the service, started as `make demo` starts it."""
    log = Path("out/logs/benchmark-generation.log")
    config = ["--config", "generation/configs/procedural.yaml"]
    with running("generation", "generation/serve.py", config, log) as service:
        print("| through the service | median s | fastest | slowest |")
        print("|---|---|---|---|")
        print(f"| start to /ready/ | {service.ready_s:.2f} | | |")
        with httpx.Client(base_url=service.url, timeout=600, trust_env=False) as client:
            for label, path, fields in (
                ("prompt to SPZ, POST /generate/", "/generate/", {}),
                ("prompt to video, 512 px", "/generate_video/", {"video_res": "512"}),
                ("prompt to video, 1088 px (default)", "/generate_video/", {}),
            ):
                times = [request_s(client, path, {**fields, "seed": str(i)}, i) for i in range(rounds)]
                middle = statistics.median(times)
                print(f"| {label} | {middle:.2f} | {min(times):.2f} | {max(times):.2f} |")


def request_s(client: httpx.Client, path: str, fields: dict[str, str], number: int) -> float:
    """Return the seconds of one request."""
    started = time.perf_counter()
    answer = client.post(path, data={"prompt": PROMPTS[number % len(PROMPTS)], **fields})
    answer.raise_for_status()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
