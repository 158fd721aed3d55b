"""Compiled loop of the fast CPU renderer, backward: how a picture's gradient reaches the records of its splats.

Each tile is blended again front to back, as in `cpu_blend`, with the finished image at hand: what lies behind a splat
is the whole minus what has been blended so far, so no per-pixel state has to be stored. With w = alpha T the
weight of a splat, g the gradient of the pixel and s = g · (colour, 1), the last for the picture's alpha,

    dL/dcolour = Σ w g        dL/dalpha = Σ T s - (rest behind it) / (1 - alpha)

and from alpha by the chain rule to the fields (Kerbl et al. 2023, appendix A). One thread does one picture, tile after
tile, so sums are always taken in the same order.
Knows nothing of tensors, camera objects or threads.
"""

from __future__ import annotations

import numpy as np

from splats.renderers import contract
from splats.renderers.compiled import kernel, summing_kernel
from splats.renderers.cpu_blend import _tile_lists
from splats.renderers.cpu_project import RECORD, TILE

_f = np.float32
_u = np.uint64
_ALPHA_MAX, _T_STOP = _f(contract.ALPHA_MAX), _f(contract.T_STOP)
_ZERO, _HALF, _ONE, _TWO, _EIGHTH = _f(0), _f(0.5), _f(1), _f(2), _f(0.125)
_E2, _E3, _E4, _E5, _E6 = _f(1 / 2), _f(-1 / 6), _f(1 / 24), _f(-1 / 120), _f(1 / 720)
_PIXELS = TILE * TILE
_X, _Y, _RED, _GREEN, _BLUE, _ALPHA, _REST = (_u(plane * _PIXELS) for plane in range(1, 8))
_BATCH = 16
"""Splats between two looks at whether a tile is full."""


@kernel
def blend_backward(
    records: np.ndarray,
    boxes: np.ndarray,
    counts: np.ndarray,
    picture: np.ndarray,
    gradient: np.ndarray,
) -> np.ndarray:
    """The gradient [M, RECORD] of the records of one picture, 0 in the field that only bounds the ellipse.

    `picture` [H, W, 4] is what `blend_tiles` made (colour over the background, alpha), `gradient` its gradient, and
    `counts` [down, across] how many boxes touch each tile.
    """
    down, across = counts.shape
    starts = np.zeros(down * across + 1, np.int64)
    for tile in range(down * across):
        starts[tile + 1] = starts[tile] + counts[tile // across, tile % across]
    members = _tile_lists(boxes, starts, (0, 0), down, across)
    planes = np.empty(8 * _PIXELS, np.float32)  # transmittance, pixel x, y, gradient of r, g, b, alpha, rest behind
    sums = np.zeros((len(records), RECORD), np.float32)
    for tile in range(down * across):
        top, left = tile // across * TILE, tile % across * TILE
        _load(planes, left, top, picture, gradient)
        for i in range(starts[tile], starts[tile + 1]):
            splat = members[i]
            first, last = max(boxes[splat, 2] - top, 0), min(boxes[splat, 3] - top, TILE)
            _splat_backward(planes, records[splat], first, last, sums[splat])
            if (i - starts[tile]) % _BATCH == _BATCH - 1 and _full(planes):
                break
    return sums


@kernel
def _load(planes: np.ndarray, left: int, top: int, picture: np.ndarray, gradient: np.ndarray) -> None:
    """A tile with nothing blended: all of the picture lies behind. Pixels beyond its edge have no gradient."""
    height, width, _ = picture.shape
    for i in range(_PIXELS):
        k, x, y = _u(i), left + i % TILE, top + i // TILE
        planes[k] = _ONE
        planes[_X + k], planes[_Y + k] = _f(x) + _HALF, _f(y) + _HALF
        rest = _ZERO
        for channel in range(4):
            g = gradient[y, x, channel] if x < width and y < height else _ZERO
            planes[_RED + k + _u(channel * _PIXELS)] = g
            rest += g * picture[y, x, channel] if x < width and y < height else _ZERO
        planes[_REST + k] = rest


@summing_kernel
def _splat_backward(planes: np.ndarray, record: np.ndarray, first: int, last: int, sums: np.ndarray) -> None:
    """Blends one splat into rows `first` to `last` of a tile, as `_blend_splat` does; its gradient goes to `sums`."""
    x0, y0, narrow, shear, tall = record[0], record[1], record[2], record[3], record[4]
    opacity, reach, red, green, blue = record[5], record[6], record[7], record[8], record[9]
    to_x = to_y = to_narrow = to_shear = to_tall = to_opacity = to_red = to_green = to_blue = _ZERO
    for k in range(_u(first) * _u(TILE), _u(last) * _u(TILE)):
        dy = planes[_Y + k] - y0
        across = planes[_X + k] - x0 - shear * dy
        sigma = narrow * across * across + tall * dy * dy
        e = sigma * _EIGHTH
        power = _ONE + e * (e * (_E2 + e * (_E3 + e * (_E4 + e * (_E5 + e * _E6)))) - _ONE)
        power = power * power
        power = power * power
        power = power * power
        power = power if sigma <= reach else _ZERO  # far out the series is not the exponential, nor finite
        full = opacity * power
        alpha = min(full, _ALPHA_MAX)
        T = planes[k]
        weight = alpha * T
        after = T - weight
        drawn = after > _T_STOP  # never where T is negative
        weight = weight if drawn else _ZERO
        planes[k] = after if drawn else -abs(T)

        r, g, b = planes[_RED + k], planes[_GREEN + k], planes[_BLUE + k]
        here = red * r + green * g + blue * b + planes[_ALPHA + k]
        rest = planes[_REST + k] - weight * here
        planes[_REST + k] = rest
        to_red += weight * r
        to_green += weight * g
        to_blue += weight * b
        bent = drawn and full <= _ALPHA_MAX  # else alpha is held: no gradient
        to_alpha = T * here - rest / (_ONE - alpha) if bent else _ZERO
        to_opacity += to_alpha * power
        to_sigma = -to_alpha * alpha
        to_across = _TWO * narrow * across * to_sigma
        to_x -= to_across
        to_y += shear * to_across - _TWO * tall * dy * to_sigma
        to_shear -= to_across * dy
        to_narrow += across * across * to_sigma
        to_tall += dy * dy * to_sigma
    sums[0] += to_x
    sums[1] += to_y
    sums[2] += to_narrow
    sums[3] += to_shear
    sums[4] += to_tall
    sums[5] += to_opacity
    sums[7] += to_red
    sums[8] += to_green
    sums[9] += to_blue


@kernel
def _full(planes: np.ndarray) -> bool:
    open_pixels = np.int32(0)
    for k in range(_u(_PIXELS)):
        open_pixels += np.int32(1) if planes[k] > _ZERO else np.int32(0)
    return bool(open_pixels == 0)
