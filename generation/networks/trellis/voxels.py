"""Index tables of one object's occupied voxels: neighbours, parents, windows.

They depend on the coordinates alone, so they are made once per object and used by every block and step. Missing entries
point at row N, one past the last: callers append a row of zeros to the features. Making a table waits for the device,
since its size depends on the data; using one does not. Sums have a fixed order, so results are repeatable.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

WINDOW_LENGTHS_FROM = 32
"""Windows are padded to this many voxels times a power of two, so that few batches hold them all."""


@dataclass(frozen=True)
class Level:
    """The occupied voxels of one resolution.

    coords [N, 3]        x, y, z in 0 … resolution - 1, each voxel once, in any order
    neighbours [N, 27]   rows of the voxels at offsets -1, 0, 1, x slowest and z fastest; N if that voxel is empty
    """

    coords: Tensor
    resolution: int
    neighbours: Tensor


@dataclass(frozen=True)
class Pyramid:
    """The occupied voxels and their parents at half the resolution, sorted by x, y, z.

    parents [N]       rows of `coarse`
    children [M, 8]   rows of `fine`; N if that voxel is empty
    """

    fine: Level
    coarse: Level
    parents: Tensor
    children: Tensor


@dataclass(frozen=True)
class WindowBatch:
    """Windows of similar size.

    rows [W, P]      their voxels; N beyond the last
    present [W, P]   which entries are voxels
    """

    rows: Tensor
    present: Tensor


@dataclass(frozen=True)
class Windows:
    """A partition of the voxels into windows. places [N]: each voxel's entry in all batches' rows, laid end to end."""

    batches: tuple[WindowBatch, ...]
    places: Tensor


def make_level(coords: Tensor, resolution: int) -> Level:
    """Return the level of occupied voxels `coords` [N, 3]."""
    coords = coords.long()
    count, side = len(coords), resolution + 2  # an empty margin all round
    grid = torch.full((side**3,), count, dtype=torch.long, device=coords.device)
    places = _pack(coords + 1, side)  # [N]
    grid[places] = torch.arange(count, device=coords.device)
    offsets = torch.tensor(list(product((-1, 0, 1), repeat=3)), device=coords.device)  # [27, 3]
    return Level(coords, resolution, grid[places[:, None] + _pack(offsets, side)])


def make_pyramid(coords: Tensor, resolution: int) -> Pyramid:
    """Return both levels of occupied voxels `coords` [N, 3]. Raises ValueError for an odd resolution."""
    if resolution % 2:
        raise ValueError(f"the resolution must be even, not {resolution}")
    fine = make_level(coords, resolution)
    codes, parents = torch.unique(_pack(fine.coords // 2, resolution // 2), return_inverse=True)  # [M] sorted, [N]
    coarse = make_level(_unpack(codes, resolution // 2), resolution // 2)
    children = torch.full((len(codes), 8), len(fine.coords), dtype=torch.long, device=coords.device)
    children[parents, _pack(fine.coords % 2, 2)] = torch.arange(len(fine.coords), device=coords.device)
    return Pyramid(fine, coarse, parents, children)


def make_windows(coords: Tensor, size: int, shift: int) -> Windows:
    """Partition voxels `coords` [N, 3] by floor((coords + shift) / size)."""
    cells = (coords.long() + shift) // size
    _, of, counts = torch.unique(_pack(cells, int(cells.max()) + 1), return_inverse=True, return_counts=True)
    order = of.argsort(stable=True)  # [N] rows, window by window
    first = counts.cumsum(0) - counts  # [W]
    rank = torch.empty_like(of)  # [N] place within the window
    rank[order] = torch.arange(len(of), device=of.device) - first[of[order]]

    batches: list[WindowBatch] = []
    places = torch.empty_like(of)
    filled, shorter, length = 0, 0, WINDOW_LENGTHS_FROM
    largest = int(counts.max())
    while shorter < largest:
        chosen = ((counts > shorter) & (counts <= length)).nonzero()[:, 0]  # [W'] windows
        if len(chosen):
            width = min(length, largest)
            steps = torch.arange(width, device=of.device)
            present = steps < counts[chosen][:, None]  # [W', P]
            at = (first[chosen][:, None] + steps).clamp(max=len(of) - 1)
            batches.append(WindowBatch(torch.where(present, order[at], len(of)), present))
            slot = torch.zeros_like(counts).index_copy(0, chosen, torch.arange(len(chosen), device=of.device))
            inside = (counts[of] > shorter) & (counts[of] <= length)
            places = torch.where(inside, filled + slot[of] * width + rank, places)
            filled += len(chosen) * width
        shorter, length = length, 2 * length
    return Windows(tuple(batches), places)


def _pack(coords: Tensor, side: int) -> Tensor:
    """Number coordinates [..., 3] of a cube of `side`, x slowest."""
    x, y, z = coords.unbind(-1)
    return (x * side + y) * side + z


def _unpack(codes: Tensor, side: int) -> Tensor:
    return torch.stack([codes // side**2, codes // side % side, codes % side], dim=-1)
