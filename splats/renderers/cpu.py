"""The fast CPU renderer: a compiled tile rasteriser on all of torch's threads.

Views are projected and sorted one to a thread; then rectangles of tiles, split so that there is work for every
thread and no list of intersections outgrows its budget, are blended one to a thread. A pixel is the work of one
thread and its tile's list is the same however the tiles are split, so the result does not depend on the thread count,
which is torch's (`torch.set_num_threads`, OMP_NUM_THREADS).
Where a gradient is wanted, `cpu_gradient` takes over. The compiled loops are in the other `cpu_` modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
import torch

from splats.model import Cameras, Splats
from splats.renderers.contract import Rendered, wants_gradient
from splats.renderers.cpu_blend import blend_tiles
from splats.renderers.cpu_gradient import render_cpu_gradient
from splats.renderers.cpu_project import project, scaled_axes, sort_by_depth
from splats.renderers.cpu_tiles import TILE, count_tiles

PROJECTED_BUDGET = 3_000_000
"""Projected splats held at once: 120 bytes each while they are sorted, so 360 MB (one view may exceed it)."""
LISTED_BUDGET = 32_000_000
"""Splat-tile intersections listed at once over all threads: 4 bytes each, so 128 MB (a single tile may exceed it)."""


class _View(NamedTuple):
    """One camera's projected splats, in depth order, and how many touch each tile."""

    camera: int
    records: np.ndarray  # [M, RECORD]
    boxes: np.ndarray  # [M, 4]
    counts: np.ndarray  # [down, across]


class Tiles(NamedTuple):
    """A rectangle of a view's tiles, half open: what one thread blends at a time."""

    top: int
    bottom: int
    left: int
    right: int


def render_cpu(
    splats: Splats,
    cameras: Cameras,
    background: torch.Tensor,
    *,
    means2d_grad: torch.Tensor | None = None,
    projected_budget: int = PROJECTED_BUDGET,
    listed_budget: int = LISTED_BUDGET,
) -> Rendered:
    """Render as `splats.render.render`, over a `background` [3]. The budgets bound memory and change no pixel.

    Raises ValueError for splats on another device.
    """
    if splats.device.type != "cpu":
        raise ValueError(f"the cpu renderer takes splats on the CPU, not on {splats.device}")
    if wants_gradient(splats, cameras, background, means2d_grad):
        return render_cpu_gradient(splats, cameras, background, means2d_grad)
    threads = torch.get_num_threads()
    images = np.empty((len(cameras), cameras.height, cameras.width, 3), np.float32)
    alpha = np.empty((len(cameras), cameras.height, cameras.width, 1), np.float32)
    colour = _array(background)
    means, quats, scales = _array(splats.means), _array(splats.quats), _array(splats.scales)
    shared = (means, scaled_axes(quats, scales), _array(splats.opacities), _array(splats.sh))

    def blend(work: tuple[_View, Tiles]) -> None:
        view, tiles = work
        counts = np.ascontiguousarray(view.counts[tiles.top : tiles.bottom, tiles.left : tiles.right])
        corner = (tiles.top, tiles.left)
        image, cover = images[view.camera], alpha[view.camera]
        blend_tiles(view.records, view.boxes, counts, corner, colour, image, cover)

    at_once = max(1, min(4 * threads, projected_budget // max(1, len(splats))))  # views
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(cameras), at_once):
            indices = range(start, min(start + at_once, len(cameras)))
            views = list(pool.map(partial(_project_view, shared, splats.antialiased, cameras), indices))
            total = sum(int(view.counts.sum()) for view in views)
            limit = min(listed_budget // threads, total // (4 * threads) + 1)
            list(pool.map(blend, [(view, tiles) for view in views for tiles in split_tiles(view.counts, limit)]))
    return Rendered(torch.from_numpy(images), torch.from_numpy(alpha))


def split_tiles(counts: np.ndarray, limit: int) -> Iterator[Tiles]:
    """Split `counts` [down, across] into rectangles of at most `limit` intersections, or a single tile, each."""
    down, across = counts.shape
    waiting = [Tiles(0, down, 0, across)]
    while waiting:
        tiles = waiting.pop()
        top, bottom, left, right = tiles
        if (bottom - top) * (right - left) == 1 or int(counts[top:bottom, left:right].sum()) <= limit:
            yield tiles
        elif bottom - top > 1:
            middle = (top + bottom) // 2
            waiting += [tiles._replace(top=middle), tiles._replace(bottom=middle)]
        else:
            middle = (left + right) // 2
            waiting += [tiles._replace(left=middle), tiles._replace(right=middle)]


def build_name() -> str:
    """Return what the kernels are compiled for, such as "cpu-numba-znver3-avx2".

    That is this machine's processor unless NUMBA_CPU_NAME, with an empty NUMBA_CPU_FEATURES, names another.
    """
    from numba.core.registry import cpu_target  # noqa: PLC0415  creates the compiler, so not at import

    _, processor, features = cpu_target.target_context.codegen().magic_tuple()
    enabled = features.split(",")
    vectors = [name for name in ("avx512f", "avx2", "avx", "sse2", "neon") if f"+{name}" in enabled]
    return "-".join(["cpu-numba", processor, *vectors[:1]])


def _project_view(shared: tuple[np.ndarray, ...], antialiased: bool, cameras: Cameras, index: int) -> _View:
    viewmat, K = _array(cameras.viewmats[index]), _array(cameras.Ks[index])
    projected = project(shared, antialiased, viewmat, K, cameras.width, cameras.height)
    records, boxes = sort_by_depth(*projected)
    counts = count_tiles(boxes, -(-cameras.width // TILE), -(-cameras.height // TILE))
    return _View(index, records, boxes, counts)


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().to(torch.float32).contiguous().numpy()
