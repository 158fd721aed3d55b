"""Threads, memory budgets, compiled kernels and refusals of the fast renderer; ../test_render.py tests its images."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from splats.camera import orbit
from splats.model import TENSORS, Cameras, Splats
from splats.render import render, warm_up
from splats.renderers.cpu import render_cpu, split_tiles
from splats.renderers.cpu_project import sort_by_depth
from splats.renderers.cpu_tiles import count_tiles

MakeSplats = Callable[..., Splats]


@pytest.fixture
def threads() -> Iterator[Callable[[int], None]]:
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def _cameras() -> Cameras:
    return orbit([0, 100, 220], [0, 30, -30], radius=1.7, width=90, height=70)


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize("antialiased", [False, True])
def test_images_do_not_depend_on_the_number_of_threads(
    count: int, antialiased: bool, threads: Callable[[int], None], make_splats: MakeSplats
) -> None:
    splats = replace(make_splats(2000, 1), antialiased=antialiased)
    threads(1)
    alone = render(splats, _cameras(), renderer="cpu")
    threads(count)
    together = render(splats, _cameras(), renderer="cpu")
    assert torch.equal(alone.images, together.images)
    assert torch.equal(alone.alpha, together.alpha)


def test_images_do_not_depend_on_the_memory_budgets(make_splats: MakeSplats) -> None:
    splats = make_splats(2000, 1)
    ample = render_cpu(splats, _cameras(), torch.ones(3))
    tight = render_cpu(splats, _cameras(), torch.ones(3), projected_budget=1, listed_budget=50)
    assert torch.equal(ample.images, tight.images)


@pytest.mark.parametrize("limit", [1, 7, 40, 10_000])
def test_tiles_are_split_within_the_limit(limit: int) -> None:
    counts = np.random.default_rng(0).integers(0, 9, (7, 5))
    covered = np.zeros_like(counts)
    for top, bottom, left, right in split_tiles(counts, limit):
        covered[top:bottom, left:right] += 1
        assert counts[top:bottom, left:right].sum() <= limit or (bottom - top, right - left) == (1, 1)
    assert bool((covered == 1).all())


def test_count_tiles_counts_the_boxes_that_touch_each_tile() -> None:
    boxes = np.array([[0, 1, 0, 1], [15, 17, 0, 33], [16, 48, 31, 32]], np.int32)
    assert count_tiles(boxes, 3, 3).tolist() == [[2, 1, 0], [1, 2, 1], [1, 1, 0]]


def test_splats_on_another_device_are_refused(make_splats: MakeSplats) -> None:
    with pytest.raises(ValueError, match="on the CPU, not on meta"):
        render(make_splats(3).to("meta"), _cameras(), renderer="cpu")


def test_strided_tensors_are_accepted(make_splats: MakeSplats) -> None:
    splats = make_splats(40, 1)
    strided = Splats(*(getattr(splats, name).repeat_interleave(2, dim=0)[::2] for name in TENSORS))
    assert torch.equal(
        render(splats, _cameras(), renderer="cpu").images, render(strided, _cameras(), renderer="cpu").images
    )


def test_depth_order_is_stable() -> None:
    generator = torch.Generator().manual_seed(0)
    depths = (torch.rand(5000, generator=generator) * 300).round() / 3 + 0.01
    records, boxes = (
        torch.arange(5000.0)[:, None].repeat(1, 10).numpy(),
        torch.zeros(5000, 4, dtype=torch.int32).numpy(),
    )
    ordered, _ = sort_by_depth(records, boxes, depths.numpy())
    assert torch.equal(torch.from_numpy(ordered[:, 0]).long(), torch.argsort(depths, stable=True))


def test_a_later_process_loads_the_cached_kernels(root: Path) -> None:
    warm_up()
    code = (
        "from splats.render import warm_up; from splats.renderers.cpu_blend import blend_tiles;"
        "warm_up(); print(sum(blend_tiles.stats.cache_misses.values()))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert result.stdout.strip() == b"0"


@pytest.mark.slow
@pytest.mark.parametrize("processor", ["haswell", "x86-64"])
def test_every_instruction_set_reproduces_the_golden_images(processor: str, root: Path, tmp_path: Path) -> None:
    environment = os.environ | {
        "NUMBA_CPU_NAME": processor,
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/splats/renderers/test_golden_images.py",
        "-k",
        "cpu",
        "-p",
        "no:cacheprovider",
    ]
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
