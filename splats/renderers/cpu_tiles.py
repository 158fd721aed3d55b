"""Compiled code that blending shares forward and backward: the tiles, their lists of splats, and exp(-sigma)."""

from __future__ import annotations

import numpy as np

from splats.renderers.compiled import inlined, kernel

TILE = 16
"""Pixels along a tile's side: a row is two vectors of 8 lanes or one of 16."""
PIXELS = TILE * TILE
"""Pixels of a tile."""
BATCH = 16
"""Splats blended between two checks whether all pixels of a tile have stopped."""

_f = np.float32
_u = np.uint64
_ZERO, _ONE, _EIGHTH = _f(0), _f(1), _f(0.125)
_E2, _E3, _E4, _E5, _E6 = _f(1 / 2), _f(-1 / 6), _f(1 / 24), _f(-1 / 120), _f(1 / 720)


@kernel
def count_tiles(boxes: np.ndarray, across: int, down: int) -> np.ndarray:
    """Count the boxes [M, 4] that touch each tile: [down, across], in time that does not depend on the box sizes."""
    edges = np.zeros((down + 1, across + 1), np.int64)
    for i in range(len(boxes)):
        left, end_x = boxes[i, 0] // TILE, (boxes[i, 1] - 1) // TILE + 1
        top, end_y = boxes[i, 2] // TILE, (boxes[i, 3] - 1) // TILE + 1
        edges[top, left] += 1
        edges[top, end_x] -= 1
        edges[end_y, left] -= 1
        edges[end_y, end_x] += 1
    for y in range(down):
        for x in range(1, across):
            edges[y, x] += edges[y, x - 1]
    for y in range(1, down):
        for x in range(across):
            edges[y, x] += edges[y - 1, x]
    return edges[:down, :across].copy()


@kernel
def list_tiles(boxes: np.ndarray, counts: np.ndarray, corner: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """List the splats of each tile of a rectangle: `starts` [tiles + 1] into `members`, indices in depth order.

    `counts` [down, across] is how many boxes touch each tile of the rectangle whose first tile is `corner` (row,
    column).
    """
    down, across = counts.shape
    starts = np.zeros(down * across + 1, np.int64)
    for tile in range(down * across):
        starts[tile + 1] = starts[tile] + counts[tile // across, tile % across]
    members = np.empty(starts[-1], np.int32)
    ends = starts[:-1].copy()
    for i in range(len(boxes)):
        left = max(boxes[i, 0] // TILE - corner[1], 0)
        right = min((boxes[i, 1] - 1) // TILE - corner[1], across - 1)
        top = max(boxes[i, 2] // TILE - corner[0], 0)
        bottom = min((boxes[i, 3] - 1) // TILE - corner[0], down - 1)
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                tile = y * across + x
                members[ends[tile]] = i
                ends[tile] += 1
    return starts, members


@inlined
def exp_neg(sigma: np.float32) -> np.float32:
    """Return exp(-sigma) for 0 ≤ sigma ≤ ln 255 with a relative error under 2e-6; beyond, it is not the exponential.

    exp(-sigma / 8)⁸ by the Taylor series to degree 6, whose argument is at most 0.7.
    """
    e = sigma * _EIGHTH
    power = _ONE + e * (e * (_E2 + e * (_E3 + e * (_E4 + e * (_E5 + e * _E6)))) - _ONE)
    power = power * power
    power = power * power
    return power * power


@kernel
def all_stopped(planes: np.ndarray) -> bool:
    """Check whether every pixel of a tile has stopped: its transmittance, the first plane, is not positive."""
    open_pixels = np.int32(0)
    for k in range(_u(PIXELS)):
        open_pixels += np.int32(1) if planes[k] > _ZERO else np.int32(0)
    return bool(open_pixels == 0)
