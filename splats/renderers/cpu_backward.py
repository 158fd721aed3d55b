"""Compiled loops of the fast CPU renderer, backward: from the gradient of an image to that of its splats' records.

Each tile is blended again front to back, as in `cpu_blend`, with the finished image available: the light from behind a
splat is the whole minus what has been blended so far, so no per-pixel state has to be stored. With w = alpha T the
weight of a splat, g the gradient of the pixel and s = g · (colour, 1), the last for the image's alpha,

    dL/dcolour = Σ w g        dL/dalpha = Σ T s - (rest behind it) / (1 - alpha)

and from alpha by the chain rule to the columns of the record (Kerbl et al. 2023, appendix A). One thread does one
image, tile after tile, so sums are always taken in the same order.
"""

from __future__ import annotations

import numpy as np

from splats.renderers import contract
from splats.renderers.compiled import kernel, summing_kernel
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
_ZERO, _HALF, _ONE, _TWO = _f(0), _f(0.5), _f(1), _f(2)
_X_PLANE, _Y_PLANE, _RED_PLANE, _GREEN_PLANE, _BLUE_PLANE, _ALPHA_PLANE, _REST_PLANE = (
    _u(plane * PIXELS) for plane in range(1, 8)
)
"""Where the planes after the transmittance start."""


@kernel
def blend_backward(
    records: np.ndarray, boxes: np.ndarray, counts: np.ndarray, image: np.ndarray, gradient: np.ndarray
) -> np.ndarray:
    """Return the gradient [M, RECORD] of the records of one image, 0 in MAX_SIGMA, which only bounds the ellipse.

    `image` [H, W, 4] is the result of `blend_tiles` (colour over the background, alpha), `gradient` [H, W, 4] its
    gradient, and `counts` [down, across] how many boxes touch each tile.
    """
    starts, members = list_tiles(boxes, counts, (0, 0))
    across = counts.shape[1]
    planes = np.empty(8 * PIXELS, np.float32)  # transmittance, pixel x, y, gradient of r, g, b, alpha, rest behind
    sums = np.zeros((len(records), RECORD), np.float32)
    for tile in range(counts.size):
        top, left = tile // across * TILE, tile % across * TILE
        _load(planes, left, top, image, gradient)
        for i in range(starts[tile], starts[tile + 1]):
            splat = members[i]
            first, end = max(boxes[splat, 2] - top, 0), min(boxes[splat, 3] - top, TILE)
            _splat_backward(planes, records[splat], first, end, sums[splat])
            if (i - starts[tile]) % BATCH == BATCH - 1 and all_stopped(planes):
                break
    return sums


@kernel
def _load(planes: np.ndarray, left: int, top: int, image: np.ndarray, gradient: np.ndarray) -> None:
    """Fill the planes of a tile with nothing blended: the whole image lies behind. Outside it the gradient is 0."""
    height, width, _ = image.shape
    for i in range(PIXELS):
        k, x, y = _u(i), left + i % TILE, top + i // TILE
        planes[k] = _ONE
        planes[_X_PLANE + k], planes[_Y_PLANE + k] = _f(x) + _HALF, _f(y) + _HALF
        rest = _ZERO
        for channel in range(4):
            g = gradient[y, x, channel] if x < width and y < height else _ZERO
            planes[_RED_PLANE + k + _u(channel * PIXELS)] = g
            rest += g * image[y, x, channel] if x < width and y < height else _ZERO
        planes[_REST_PLANE + k] = rest


@summing_kernel
def _splat_backward(planes: np.ndarray, record: np.ndarray, first: int, end: int, sums: np.ndarray) -> None:
    """Blend one splat into rows `first` to `end` of a tile, as `_blend_splat` does; add its gradient to `sums`."""
    mean_x, mean_y, opacity, max_sigma = record[MEAN_X], record[MEAN_Y], record[OPACITY], record[MAX_SIGMA]
    half_a, shear, half_d = record[HALF_A], record[SHEAR], record[HALF_D]
    red, green, blue = record[RED], record[GREEN], record[BLUE]
    to_x = to_y = to_half_a = to_shear = to_half_d = to_opacity = to_red = to_green = to_blue = _ZERO
    for k in range(_u(first) * _u(TILE), _u(end) * _u(TILE)):
        dy = planes[_Y_PLANE + k] - mean_y
        dx = planes[_X_PLANE + k] - mean_x - shear * dy
        sigma = half_a * dx * dx + half_d * dy * dy
        power = exp_neg(sigma)
        power = power if sigma <= max_sigma else _ZERO  # far out the series is not the exponential, nor finite
        unclamped = opacity * power
        alpha = min(unclamped, _ALPHA_MAX)
        T = planes[k]
        weight = alpha * T
        after = T - weight
        drawn = after > _T_STOP  # never where T is negative
        weight = weight if drawn else _ZERO
        planes[k] = after if drawn else -abs(T)

        r, g, b = planes[_RED_PLANE + k], planes[_GREEN_PLANE + k], planes[_BLUE_PLANE + k]
        here = red * r + green * g + blue * b + planes[_ALPHA_PLANE + k]
        rest = planes[_REST_PLANE + k] - weight * here
        planes[_REST_PLANE + k] = rest
        to_red += weight * r
        to_green += weight * g
        to_blue += weight * b
        differentiable = drawn and unclamped <= _ALPHA_MAX
        to_alpha = T * here - rest / (_ONE - alpha) if differentiable else _ZERO
        to_opacity += to_alpha * power
        to_sigma = -to_alpha * alpha
        to_dx = _TWO * half_a * dx * to_sigma
        to_x -= to_dx
        to_y += shear * to_dx - _TWO * half_d * dy * to_sigma
        to_shear -= to_dx * dy
        to_half_a += dx * dx * to_sigma
        to_half_d += dy * dy * to_sigma
    sums[MEAN_X] += to_x
    sums[MEAN_Y] += to_y
    sums[HALF_A] += to_half_a
    sums[SHEAR] += to_shear
    sums[HALF_D] += to_half_d
    sums[OPACITY] += to_opacity
    sums[RED] += to_red
    sums[GREEN] += to_green
    sums[BLUE] += to_blue
