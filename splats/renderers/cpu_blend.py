"""Compiled loops of the fast CPU renderer, second half: list each tile's splats and blend them front to back.

`_blend_splat` is where the time goes. What makes it vectorise, and must stay: unsigned indices (signed ones carry a
wrap-round test), one buffer for all planes (so distances between accesses are known), float32 constants, and plain
selects (a conditional store would become a masked one, which stalls the next splat's loads).
Knows nothing of tensors, camera objects or threads.
"""

from __future__ import annotations

import numpy as np

from splats.renderers import contract
from splats.renderers.compiled import kernel
from splats.renderers.cpu_project import RECORD, TILE

_f = np.float32
_u = np.uint64
_ALPHA_MAX, _T_STOP = _f(contract.ALPHA_MAX), _f(contract.T_STOP)
_ZERO, _HALF, _ONE, _EIGHTH = _f(0), _f(0.5), _f(1), _f(0.125)
_E2, _E3, _E4, _E5, _E6 = _f(1 / 2), _f(-1 / 6), _f(1 / 24), _f(-1 / 120), _f(1 / 720)
_PIXELS = TILE * TILE
_RED, _GREEN, _BLUE, _X, _Y = (_u(plane * _PIXELS) for plane in range(1, 6))
_BATCH = 16
"""Splats fetched at once, and between two looks at whether a tile is full."""


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
    """Draws the tiles of one rectangle into `image` [H, W, 3] and `alpha` [H, W, 1].

    `records` and `boxes` lie in depth order; `counts` [down, across] is how many boxes touch each tile of the
    rectangle whose first tile is `corner` (row, column).
    """
    down, across = counts.shape
    starts = np.zeros(down * across + 1, np.int64)
    for tile in range(down * across):
        starts[tile + 1] = starts[tile] + counts[tile // across, tile % across]
    members = _tile_lists(boxes, starts, corner, down, across)
    planes = np.empty(6 * _PIXELS, np.float32)  # transmittance, red, green, blue, pixel x, pixel y
    batch = np.empty((_BATCH, RECORD + 2), np.float32)
    for tile in range(down * across):
        top, left = (corner[0] + tile // across) * TILE, (corner[1] + tile % across) * TILE
        _clear(planes, left, top)
        for start in range(starts[tile], starts[tile + 1], _BATCH):
            end = min(start + _BATCH, starts[tile + 1])
            _fetch(records, boxes, members[start:end], top, batch)
            for i in range(end - start):
                _blend_splat(planes, batch[i])
            if _full(planes):
                break
        _write(planes, left, top, background, image, alpha)


@kernel
def _tile_lists(boxes: np.ndarray, starts: np.ndarray, corner: tuple[int, int], down: int, across: int) -> np.ndarray:
    """Indices of the splats that touch each tile, tile after tile, near to far."""
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
    return members


@kernel
def _clear(planes: np.ndarray, left: int, top: int) -> None:
    for i in range(_PIXELS):
        k = _u(i)
        planes[k] = _ONE
        planes[_RED + k] = planes[_GREEN + k] = planes[_BLUE + k] = _ZERO
        planes[_X + k] = _f(left + i % TILE) + _HALF
        planes[_Y + k] = _f(top + i // TILE) + _HALF


@kernel
def _fetch(records: np.ndarray, boxes: np.ndarray, members: np.ndarray, top: int, batch: np.ndarray) -> None:
    """Records of `members` side by side in `batch`, with the rows of the tile that each touches, half open, behind.

    By themselves because a short loop of reads from all over memory waits for many of them at once.
    """
    for i in range(len(members)):
        splat = members[i]
        for field in range(RECORD):
            batch[i, field] = records[splat, field]
        batch[i, RECORD] = _f(max(boxes[splat, 2] - top, 0))
        batch[i, RECORD + 1] = _f(min(boxes[splat, 3] - top, TILE))


@kernel
def _blend_splat(planes: np.ndarray, record: np.ndarray) -> None:
    """Adds one splat to its rows of a tile. A full pixel keeps its transmittance with a minus sign.

    exp(-sigma) = exp(-sigma/8)⁸ with the Taylor series to degree 6: sigma is at most ln 255 where it counts, so the
    argument at most 0.7 and the relative error under 2e-6.
    """
    x0, y0, narrow, shear, tall = record[0], record[1], record[2], record[3], record[4]
    opacity, reach, red, green, blue = record[5], record[6], record[7], record[8], record[9]
    for k in range(_u(record[RECORD]) * _u(TILE), _u(record[RECORD + 1]) * _u(TILE)):
        dy = planes[_Y + k] - y0
        dx = planes[_X + k] - x0 - shear * dy
        sigma = narrow * dx * dx + tall * dy * dy
        e = sigma * _EIGHTH
        power = _ONE + e * (e * (_E2 + e * (_E3 + e * (_E4 + e * (_E5 + e * _E6)))) - _ONE)
        power = power * power
        power = power * power
        power = power * power
        alpha = min(opacity * power, _ALPHA_MAX)
        alpha = alpha if sigma <= reach else _ZERO
        T = planes[k]
        weight = alpha * T
        after = T - weight
        drawn = after > _T_STOP  # never where T is negative
        weight = weight if drawn else _ZERO
        planes[k] = after if drawn else -abs(T)
        planes[_RED + k] += weight * red
        planes[_GREEN + k] += weight * green
        planes[_BLUE + k] += weight * blue


@kernel
def _full(planes: np.ndarray) -> bool:
    open_pixels = np.int32(0)
    for k in range(_u(_PIXELS)):
        open_pixels += np.int32(1) if planes[k] > _ZERO else np.int32(0)
    return bool(open_pixels == 0)


@kernel
def _write(
    planes: np.ndarray, left: int, top: int, background: np.ndarray, image: np.ndarray, alpha: np.ndarray
) -> None:
    height, width, _ = image.shape
    for y in range(top, min(top + TILE, height)):
        for x in range(left, min(left + TILE, width)):
            k = _u((y - top) * TILE + x - left)
            T = abs(planes[k])
            image[y, x, 0] = planes[_RED + k] + T * background[0]
            image[y, x, 1] = planes[_GREEN + k] + T * background[1]
            image[y, x, 2] = planes[_BLUE + k] + T * background[2]
            alpha[y, x, 0] = _ONE - T
