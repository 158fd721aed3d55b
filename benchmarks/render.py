"""Time the renderers: the fast one with each instruction set, and the torch oracle for comparison.

python -m benchmarks.render [--rounds 7] [--device cuda]    prints Markdown tables; medians

NUMBA_CPU_NAME selects the instruction set in a separate process, whose kernels are already compiled; "start" is the
time to load them. "memory" is the further growth of the process's peak, images (67 MB) included. The object is a shell
of splats that shrink as their number grows (scales × sqrt(50,000 / N)), so that the covered area stays the same and
the rows differ only in the number of splats.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import torch

from benchmarks.timing import median_times
from serving.arguments import COUNT, FlagParser
from splats import sh
from splats.camera import orbit
from splats.model import TENSORS, Splats
from splats.render import render, renderer_name, warm_up

SETS = {"native": None, "AVX2": "haswell", "baseline x86-64": "x86-64"}
COUNTS = (10_000, 50_000, 200_000)
SIZE_PX, VIEWS = 512, 16


def shell(n: int, degree: int = 0) -> Splats:
    """Return `n` flat, opaque, overlapping splats on the surface of a ball of diameter 1."""
    generator = torch.Generator().manual_seed(0)
    direction = torch.nn.functional.normalize(torch.randn(n, 3, generator=generator), dim=1)
    size = 0.006 * (50_000 / n) ** 0.5
    coefficients = 0.05 * torch.randn(n, (degree + 1) ** 2, 3, generator=generator)
    coefficients[:, :1] += sh.from_rgb(0.5 + 0.4 * direction)
    return Splats(
        means=0.5 * direction,
        quats=torch.nn.functional.normalize(torch.randn(n, 4, generator=generator), dim=1),
        scales=size * torch.exp(0.4 * torch.randn(n, 3, generator=generator)),
        opacities=0.3 + 0.7 * torch.rand(n, generator=generator),
        sh=coefficients,
    )


def measure_fast(rounds: int) -> list[dict[str, float | int | str]]:
    """Measure one row for each splat count and degree, with this process's instruction set."""
    start = time.perf_counter()
    name = warm_up()
    start = time.perf_counter() - start
    base_mb = _peak_mb()
    cameras = orbit([i * 360 / VIEWS for i in range(VIEWS)], [15] * VIEWS, radius=2.5, width=SIZE_PX, height=SIZE_PX)
    one = orbit([45], [15], radius=2.5, width=SIZE_PX, height=SIZE_PX)
    rows: list[dict[str, float | int | str]] = []
    threads = torch.get_num_threads()
    for n, degree in (*((n, 0) for n in COUNTS), (50_000, 3)):
        splats = shell(n, degree)
        wall, cpu = median_times(lambda s=splats: render(s, cameras, renderer="cpu"), rounds)
        torch.set_num_threads(1)
        single, _ = median_times(lambda s=splats: render(s, one, renderer="cpu"), rounds)
        torch.set_num_threads(threads)
        rows.append({"name": name, "n": n, "degree": degree, "wall": wall, "cpu": cpu, "single": single})
        rows[-1]["peak_mb"] = _peak_mb() - base_mb
        rows[-1]["start"] = start
    return rows


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_fast(rounds: int) -> None:
    print("| instruction set | splats | degree | ms/view, 1 thread | 16 views, s | CPU s | start s | memory, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for title, processor in SETS.items():
        environment = dict(os.environ)
        if processor is not None:
            environment |= {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": ""}  # the processor's own
        command = [sys.executable, "-m", "benchmarks.render", "--rows", "--rounds", str(rounds)]
        subprocess.run([*command[:-2], "--rounds", "1"], env=environment, check=True, capture_output=True)  # compiles
        output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        for row in json.loads(output):
            print(
                f"| {title} ({row['name']}) | {row['n']:,} | {row['degree']} | {row['single'] * 1e3:.1f} "
                f"| {row['wall']:.3f} | {row['cpu']:.2f} | {row['start']:.1f} | {row['peak_mb']:.0f} |"
            )


def print_gsplat(rounds: int) -> None:
    print("| renderer | splats | degree | ms/view | 16 views, s |\n|---|---|---|---|---|")
    cameras = orbit([i * 360 / VIEWS for i in range(VIEWS)], [15] * VIEWS, radius=2.5, width=SIZE_PX, height=SIZE_PX)
    for n, degree in (*((n, 0) for n in COUNTS), (50_000, 3)):
        splats = shell(n, degree).to("cuda")
        wall, _ = median_times(lambda s=splats: (render(s, cameras), torch.cuda.synchronize()), rounds)
        print(f"| {renderer_name('cuda')} | {n:,} | {degree} | {wall / VIEWS * 1e3:.2f} | {wall:.4f} |")


def print_oracle() -> None:
    """Compare the oracle with the fast renderer: one view on one thread, which is the oracle's fastest."""
    print("\n| one view, 1 thread | splats | torch oracle, ms | cpu, ms | ratio |\n|---|---|---|---|---|")
    camera = orbit([45], [15], radius=2.5, width=SIZE_PX, height=SIZE_PX)
    torch.set_num_threads(1)
    for n in COUNTS:
        splats = shell(n)
        oracle, _ = median_times(lambda s=splats: render(s, camera, renderer="torch"), 3)
        fast, _ = median_times(lambda s=splats: render(s, camera, renderer="cpu"), 7)
        print(f"| | {n:,} | {oracle * 1e3:,.0f} | {fast * 1e3:.1f} | {oracle / fast:.0f} |")


def print_gradient(rounds: int) -> None:
    """Compare images with gradients to all splat values with images alone: 4 views, as in a step of guidance."""
    print("\n| 4 views on the CPU | splats | images, ms | images with gradients, ms | ratio |\n|---|---|---|---|---|")
    for size_px, n in ((128, 5_000), (256, 20_000), (512, 50_000)):
        cameras = orbit([0, 90, 180, 270], [15] * 4, radius=2.5, width=size_px, height=size_px)
        splats = shell(n)
        leaves = Splats(*(getattr(splats, name).clone().requires_grad_() for name in TENSORS))
        plain, _ = median_times(lambda s=splats, c=cameras: render(s, c), rounds)
        both, _ = median_times(lambda s=leaves, c=cameras: render(s, c).images.square().sum().backward(), rounds)
        print(f"| {size_px}×{size_px} | {n:,} | {plain * 1e3:.1f} | {both * 1e3:.1f} | {both / plain:.1f} |")


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=COUNT, default=7)
    parser.add_argument("--rows", action="store_true", help="one instruction set, as JSON (used internally)")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    arguments = parser.parse_args()
    if arguments.device == "cuda":
        print(f"`python -m benchmarks.render --device cuda`: {torch.cuda.get_device_name()}, {warm_up('cuda')}\n")
        print_gsplat(arguments.rounds)
        return
    if arguments.rows:
        print(json.dumps(measure_fast(arguments.rounds)))
        return
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    print(
        f"`python -m benchmarks.render --rounds {arguments.rounds}`: {SIZE_PX}×{SIZE_PX}, median of {arguments.rounds}"
    )
    print(f"{model[0].split(': ')[1]}, {os.cpu_count()} cores, torch threads {torch.get_num_threads()}")
    print(f"Python {platform.python_version()}, {renderer_name()}\n")
    print_fast(arguments.rounds)
    print_gradient(arguments.rounds)
    print_oracle()


if __name__ == "__main__":
    main()
