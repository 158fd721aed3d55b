"""Compare decoding and rendering of two checkouts: is the new one as fast as the old one?

python -m benchmarks.paired OLD NEW [--rounds 21]    two folders with a checkout each; prints a Markdown table

Each checkout runs in a process of its own, on one thread. The two do the same work in turn, on the same files, which
the checkout of this module has written; the first of a pair changes from pair to pair, so that other load meets both.
Times are CPU seconds; the ratio is the median over pairs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

VIEWS, SIZE_PX = 16, 448
TASKS = (
    "decode PLY, 50,000 splats (20 times)",
    "decode SPZ, 50,000 splats (10 times)",
    "16 views of 448 px, 50,000 splats",
    "16 views of 448 px, 50,000 splats of degree 3",
    "4 views of 256 px with gradients, 20,000 splats",
)


def write_files(folder: Path) -> None:
    """Write the files that are decoded."""
    from benchmarks.render import shell  # noqa: PLC0415  loads torch
    from splats.codecs import encode_ply, encode_spz  # noqa: PLC0415

    (folder / "plain.ply").write_bytes(encode_ply(shell(50_000)))
    (folder / "plain.spz").write_bytes(encode_spz(shell(50_000)))


def tasks(folder: Path) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name, with the modules of the checkout that this process imports."""
    import torch  # noqa: PLC0415  each process loads its own checkout's modules

    from benchmarks.render import shell  # noqa: PLC0415
    from splats.camera import orbit  # noqa: PLC0415
    from splats.codecs import decode  # noqa: PLC0415
    from splats.model import Splats  # noqa: PLC0415
    from splats.render import render  # noqa: PLC0415

    torch.set_num_threads(1)
    plain, coloured, few = shell(50_000), shell(50_000, 3), shell(20_000)
    ply, spz = (folder / "plain.ply").read_bytes(), (folder / "plain.spz").read_bytes()
    ring = orbit([i * 360 / VIEWS for i in range(VIEWS)], [15] * VIEWS, radius=2.1, width=SIZE_PX, height=SIZE_PX)
    four = orbit([0, 90, 180, 270], [15] * 4, radius=2.5, width=256, height=256)
    names = ("means", "quats", "scales", "opacities", "sh")
    leaves = Splats(*(getattr(few, name).clone().requires_grad_() for name in names))
    work: tuple[Callable[[], object], ...] = (
        lambda: [decode(ply) for _ in range(20)],
        lambda: [decode(spz) for _ in range(10)],
        lambda: render(plain, ring, renderer="cpu"),
        lambda: render(coloured, ring, renderer="cpu"),
        lambda: render(leaves, four, renderer="cpu").images.square().sum().backward(),
    )
    return dict(zip(TASKS, work, strict=True))


def serve(folder: Path) -> None:
    """Do the task that each line of standard input names, and print the CPU seconds it took."""
    work = tasks(folder)
    for task in work.values():
        task()
    for line in sys.stdin:
        start = time.process_time()
        work[line.strip()]()
        print(time.process_time() - start, flush=True)


def start(checkout: str, folder: str) -> subprocess.Popen[str]:
    """Start a process that serves tasks with the modules of `checkout`, timed by this file."""
    environment = os.environ | {"PYTHONPATH": str(Path(checkout).resolve())}
    command = [sys.executable, "-P", str(Path(__file__).resolve()), "--serve", folder]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(process: subprocess.Popen[str], task: str) -> float:
    """Return the CPU seconds that `process` needs for `task`."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(task + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="*", metavar="OLD NEW")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--tasks", default="", help="only the tasks with this text in their name")
    parser.add_argument("--serve", metavar="FOLDER", help="do tasks for another process (used internally)")
    arguments = parser.parse_args()
    if arguments.serve:
        serve(Path(arguments.serve))
        return
    if len(arguments.checkouts) != 2:
        parser.error("give two checkouts")
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder))
        compare(*(start(checkout, folder) for checkout in arguments.checkouts), arguments)


def compare(old: subprocess.Popen[str], new: subprocess.Popen[str], arguments: argparse.Namespace) -> None:
    """Print the table of both processes' times, then end them."""
    print("| CPU ms | old | new | ratio |\n|---|---|---|---|")
    for task in filter(lambda name: arguments.tasks in name, TASKS):
        pairs = []
        for turn in range(arguments.rounds):
            seconds = {process: ask(process, task) for process in ((old, new) if turn % 2 else (new, old))}
            pairs.append((seconds[old], seconds[new]))
        before, after = (1e3 * median(column) for column in zip(*pairs, strict=True))
        print(f"| {task} | {before:.1f} | {after:.1f} | {median(b / a for a, b in pairs):.3f} |", flush=True)
    for process in (old, new):
        process.communicate()


if __name__ == "__main__":
    main()
