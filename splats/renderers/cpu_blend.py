"""Compiled loops of the fast CPU renderer, forward: blend each tile's splats front to back.

`_blend_splat` is where the time goes. Four things make it vectorise, and must stay: unsigned indices (signed ones carry
a wrap-round test), one buffer for all planes (so distances between accesses are known), float32 constants, and plain
selects (a conditional store would become a masked one, which stalls the next splat's loads).
"""

from __future__ import annotations

import numpy as np

from splats.renderers import contract
from splats.renderers.compiled import kernel
from splats.renderers.cpu_project import (
    BLUE,
    GREEN,
    HALF_A,
    HALF_D,
    MAX_SIGMA,
    MEAN_X,
    MEAN_Y,
    OPACITY,
    RECORD,
    RED,
    SHEAR,
)
from splats.renderers.cpu_tiles import BATCH, PIXELS, TILE, all_stopped, exp_neg, list_tiles

_f = np.float32
_u = np.uint64
_ALPHA_MAX, _T_STOP = _f(contract.ALPHA_MAX), _f(contract.T_STOP)
_ZERO, _HALF, _ONE = _f(0), _f(0.5), _f(1)
_FIRST_ROW, _END_ROW = RECORD, RECORD + 1
"""Columns that `_fetch` adds to a record: the rows of the tile that the splat touches, half open."""
_RED_PLANE, _GREEN_PLANE, _BLUE_PLANE, _X_PLANE, _Y_PLANE = (_u(plane * PIXELS) for plane in range(1, 6))
"""Where the planes after the transmittance start."""


@kernel
def blend_tiles(
    records: np.ndarray,
    boxes: np.ndarray,
    counts: np.ndarray,
    corner: tuple[int, int],
    background: np.ndarray,
    image: np.ndarray,
    alpha: np.ndarray,
) -> None:
    """Draw the tiles of one rectangle into `image` [H, W, 3] and `alpha` [H, W, 1].

    `records` [M, RECORD] and `boxes` [M, 4] lie in depth order; `counts` [down, across] is how many boxes touch each
    tile of the rectangle whose first tile is `corner` (row, column).
    """
    starts, members = list_tiles(boxes, counts, corner)
    across = counts.shape[1]
    planes = np.empty(6 * PIXELS, np.float32)  # transmittance, red, green, blue, pixel x, pixel y
    batch = np.empty((BATCH, RECORD + 2), np.float32)
    for tile in range(counts.size):
        top, left = (corner[0] + tile // across) * TILE, (corner[1] + tile % across) * TILE
        _clear(planes, left, top)
        for start in range(starts[tile], starts[tile + 1], BATCH):
            end = min(start + BATCH, starts[tile + 1])
            _fetch(records, boxes, members[start:end], top, batch)
            for i in range(end - start):
                _blend_splat(planes, batch[i])
            if all_stopped(planes):
                break
        _write(planes, left, top, background, image, alpha)


@kernel
def _clear(planes: np.ndarray, left: int, top: int) -> None:
    for i in range(PIXELS):
        k = _u(i)
        planes[k] = _ONE
        planes[_RED_PLANE + k] = planes[_GREEN_PLANE + k] = planes[_BLUE_PLANE + k] = _ZERO
        planes[_X_PLANE + k] = _f(left + i % TILE) + _HALF
        planes[_Y_PLANE + k] = _f(top + i // TILE) + _HALF


@kernel
def _fetch(records: np.ndarray, boxes: np.ndarray, members: np.ndarray, top: int, batch: np.ndarray) -> None:
    """Copy the records of `members` side by side into `batch`, with the rows of the tile that each touches.

    This is a loop of its own because a short loop of scattered reads waits for many of them at once.
    """
    for i in range(len(members)):
        splat = members[i]
        for column in range(RECORD):
            batch[i, column] = records[splat, column]
        batch[i, _FIRST_ROW] = _f(max(boxes[splat, 2] - top, 0))
        batch[i, _END_ROW] = _f(min(boxes[splat, 3] - top, TILE))


@kernel
def _blend_splat(planes: np.ndarray, record: np.ndarray) -> None:
    """Blend one splat into its rows of a tile. A pixel that has stopped keeps its transmittance with a minus sign."""
    x, y, opacity, max_sigma = record[MEAN_X], record[MEAN_Y], record[OPACITY], record[MAX_SIGMA]
    half_a, shear, half_d = record[HALF_A], record[SHEAR], record[HALF_D]
    red, green, blue = record[RED], record[GREEN], record[BLUE]
    for k in range(_u(record[_FIRST_ROW]) * _u(TILE), _u(record[_END_ROW]) * _u(TILE)):
        dy = planes[_Y_PLANE + k] - y
        dx = planes[_X_PLANE + k] - x - shear * dy
        sigma = half_a * dx * dx + half_d * dy * dy
        alpha = min(opacity * exp_neg(sigma), _ALPHA_MAX)
        alpha = alpha if sigma <= max_sigma else _ZERO
        T = planes[k]
        weight = alpha * T
        after = T - weight
        drawn = after > _T_STOP  # never where T is negative
        weight = weight if drawn else _ZERO
        planes[k] = after if drawn else -abs(T)
        planes[_RED_PLANE + k] += weight * red
        planes[_GREEN_PLANE + k] += weight * green
        planes[_BLUE_PLANE + k] += weight * blue


@kernel
def _write(
    planes: np.ndarray, left: int, top: int, background: np.ndarray, image: np.ndarray, alpha: np.ndarray
) -> None:
    height, width, _ = image.shape
    for y in range(top, min(top + TILE, height)):
        for x in range(left, min(left + TILE, width)):
            k = _u((y - top) * TILE + x - left)
            T = abs(planes[k])
            image[y, x, 0] = planes[_RED_PLANE + k] + T * background[0]
            image[y, x, 1] = planes[_GREEN_PLANE + k] + T * background[1]
            image[y, x, 2] = planes[_BLUE_PLANE + k] + T * background[2]
            alpha[y, x, 0] = _ONE - T
