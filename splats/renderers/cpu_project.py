"""Compiled loops of the fast CPU renderer, first half: project splats into records and sort those by depth.

The formulas are those of `splats.renderers.torch`, the readable version; `splats.renderers.contract` explains the
factors of the conic. A loop depends on nothing but its arguments.
"""

from __future__ import annotations

import numpy as np

from splats import sh
from splats.renderers import contract
from splats.renderers.compiled import kernel

RECORD = 10
"""Columns of a record, the floats that blending reads of a projected splat."""
MEAN_X, MEAN_Y, HALF_A, SHEAR, HALF_D, OPACITY, MAX_SIGMA, RED, GREEN, BLUE = range(RECORD)
"""The centre (means2d, pixels); the factors of the conic, a and d halved; opacity; sigma at ALPHA_MIN; the colour."""

_f = np.float32
_NEAR, _FAR, _BLUR, _MARGIN = _f(contract.NEAR), _f(contract.FAR), _f(contract.BLUR), _f(contract.LIMIT_MARGIN)
_ALPHA_MIN = _f(contract.ALPHA_MIN)
_ZERO, _HALF, _ONE, _TWO, _THREE, _FOUR = _f(0), _f(0.5), _f(1), _f(2), _f(3), _f(4)
_C0, _C1 = _f(sh.SH_C0), _f(sh.SH_C1)
_C20, _C21, _C22 = (_f(c) for c in sh.SH_C2)
_C30, _C31, _C32, _C33, _C34 = (_f(c) for c in sh.SH_C3)
_RADIX_BITS = 11
_RADIX = 1 << _RADIX_BITS


@kernel
def scaled_axes(quats: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return R S [N, 9], row by row, of splats with `quats` [N, 4] and `scales` [N, 3]; the same for all views."""
    axes = np.empty((len(quats), 9), np.float32)
    for i in range(len(quats)):
        w, x, y, z = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        norm = np.sqrt(w * w + x * x + y * y + z * z)
        w, x, y, z = w / norm, x / norm, y / norm, z / norm
        a, b, c = scales[i, 0], scales[i, 1], scales[i, 2]
        axes[i, 0] = (_ONE - _TWO * (y * y + z * z)) * a
        axes[i, 1] = _TWO * (x * y - w * z) * b
        axes[i, 2] = _TWO * (x * z + w * y) * c
        axes[i, 3] = _TWO * (x * y + w * z) * a
        axes[i, 4] = (_ONE - _TWO * (x * x + z * z)) * b
        axes[i, 5] = _TWO * (y * z - w * x) * c
        axes[i, 6] = _TWO * (x * z - w * y) * a
        axes[i, 7] = _TWO * (y * z + w * x) * b
        axes[i, 8] = (_ONE - _TWO * (x * x + y * y)) * c
    return axes


@kernel
def project(
    splats: tuple[np.ndarray, ...], antialiased: bool, viewmat: np.ndarray, K: np.ndarray, width: int, height: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return records [M, RECORD], pixel boxes [M, 4] (left, right, top, bottom; half open) and depths [M].

    M is the number of splats that touch the image. `splats` are means [N, 3], axes [N, 9], opacities [N], which are
    compensated if they are `antialiased`, and SH coefficients [N, K, 3].
    """
    means, axes, opacities, coefficients = splats
    records = np.empty((len(means), RECORD), np.float32)
    boxes = np.empty((len(means), 4), np.int32)
    depths = np.empty(len(means), np.float32)
    w, h = _f(width), _f(height)
    fx, fy, cx, cy = K[0, 0], K[1, 1], K[0, 2], K[1, 2]
    right, down, ahead = viewmat[0], viewmat[1], viewmat[2]
    centre = _camera_centre(viewmat)
    weights = np.empty(16, np.float32)
    count = 0
    for i in range(len(means)):
        x, y, z = means[i, 0], means[i, 1], means[i, 2]
        depth = ahead[0] * x + ahead[1] * y + ahead[2] * z + ahead[3]
        opacity = opacities[i]
        if not (_NEAR <= depth <= _FAR and opacity >= _ALPHA_MIN):
            continue
        u = (right[0] * x + right[1] * y + right[2] * z + right[3]) / depth
        v = (down[0] * x + down[1] * y + down[2] * z + down[3]) / depth
        clamped_u = min(max(u, -(cx + _MARGIN * w) / fx), (w - cx + _MARGIN * w) / fx)
        clamped_v = min(max(v, -(cy + _MARGIN * h) / fy), (h - cy + _MARGIN * h) / fy)
        xx, xy, yy, det, sharp_det = _covariance(axes[i], viewmat, clamped_u, clamped_v, fx / depth, fy / depth)
        if antialiased:
            opacity *= np.sqrt(sharp_det / det)
            if not opacity >= _ALPHA_MIN:
                continue
        mean_x, mean_y = fx * u + cx, fy * v + cy
        max_sigma = np.log(opacity / _ALPHA_MIN)
        radius_x, radius_y = np.sqrt(_TWO * max_sigma * xx), np.sqrt(_TWO * max_sigma * yy)
        # Floats until clipped to the image: a splat close to the lens may be wider than the largest integer.
        left, end_x = max(np.ceil(mean_x - radius_x - _HALF), _ZERO), min(np.floor(mean_x + radius_x + _HALF), w)
        top, end_y = max(np.ceil(mean_y - radius_y - _HALF), _ZERO), min(np.floor(mean_y + radius_y + _HALF), h)
        if not (left < end_x and top < end_y):
            continue
        boxes[count, 0], boxes[count, 1] = np.int32(left), np.int32(end_x)
        boxes[count, 2], boxes[count, 3] = np.int32(top), np.int32(end_y)
        record = records[count]
        record[MEAN_X], record[MEAN_Y] = mean_x, mean_y
        record[HALF_A], record[SHEAR], record[HALF_D] = _HALF * yy / det, xy / yy, _HALF / yy
        record[OPACITY], record[MAX_SIGMA] = opacity, max_sigma
        _basis(x - centre[0], y - centre[1], z - centre[2], coefficients.shape[1], weights)
        for channel in range(3):
            colour = _HALF
            for k in range(coefficients.shape[1]):
                colour += weights[k] * coefficients[i, k, channel]
            record[RED + channel] = max(colour, _ZERO)
        depths[count] = depth
        count += 1
    return records[:count], boxes[:count], depths[:count]


@kernel
def _camera_centre(viewmat: np.ndarray) -> tuple[float, float, float]:
    """Return the camera's position in the world, -Rᵀ t."""
    R, t = viewmat[:3, :3], viewmat[:3, 3]
    return (
        -(R[0, 0] * t[0] + R[1, 0] * t[1] + R[2, 0] * t[2]),
        -(R[0, 1] * t[0] + R[1, 1] * t[1] + R[2, 1] * t[2]),
        -(R[0, 2] * t[0] + R[1, 2] * t[1] + R[2, 2] * t[2]),
    )


@kernel
def _covariance(
    axes: np.ndarray, viewmat: np.ndarray, u: float, v: float, sx: float, sy: float
) -> tuple[float, float, float, float, float]:
    """Return cov2d xx, xy, yy with the blur, and its determinants with and without it.

    The determinants are computed without cancellation, by Lagrange's identity.
    """
    a0 = sx * (viewmat[0, 0] - u * viewmat[2, 0])  # a, b: the rows of J R
    a1 = sx * (viewmat[0, 1] - u * viewmat[2, 1])
    a2 = sx * (viewmat[0, 2] - u * viewmat[2, 2])
    b0 = sy * (viewmat[1, 0] - v * viewmat[2, 0])
    b1 = sy * (viewmat[1, 1] - v * viewmat[2, 1])
    b2 = sy * (viewmat[1, 2] - v * viewmat[2, 2])
    p0 = a0 * axes[0] + a1 * axes[3] + a2 * axes[6]  # p, q: the rows of J R R_splat S
    p1 = a0 * axes[1] + a1 * axes[4] + a2 * axes[7]
    p2 = a0 * axes[2] + a1 * axes[5] + a2 * axes[8]
    q0 = b0 * axes[0] + b1 * axes[3] + b2 * axes[6]
    q1 = b0 * axes[1] + b1 * axes[4] + b2 * axes[7]
    q2 = b0 * axes[2] + b1 * axes[5] + b2 * axes[8]
    xx, yy = p0 * p0 + p1 * p1 + p2 * p2, q0 * q0 + q1 * q1 + q2 * q2
    c0, c1, c2 = p1 * q2 - p2 * q1, p2 * q0 - p0 * q2, p0 * q1 - p1 * q0
    sharp_det = c0 * c0 + c1 * c1 + c2 * c2
    det = sharp_det + _BLUR * (xx + yy) + _BLUR * _BLUR
    return xx + _BLUR, p0 * q0 + p1 * q1 + p2 * q2, yy + _BLUR, det, sharp_det


@kernel
def _basis(x: float, y: float, z: float, count: int, out: np.ndarray) -> None:
    """Write the first `count` functions of `splats.sh.basis` along (x, y, z), which need not be unit, to `out`."""
    out[0] = _C0
    if count == 1:
        return
    norm = max(np.sqrt(x * x + y * y + z * z), _f(1e-12))
    x, y, z = x / norm, y / norm, z / norm
    out[1], out[2], out[3] = -_C1 * y, _C1 * z, -_C1 * x
    if count == 4:
        return
    xx, yy, zz = x * x, y * y, z * z
    out[4], out[5], out[7] = _C20 * x * y, -_C20 * y * z, -_C20 * x * z
    out[6], out[8] = _C21 * (_TWO * zz - xx - yy), _C22 * (xx - yy)
    if count == 9:
        return
    out[9], out[15] = -_C30 * y * (_THREE * xx - yy), -_C30 * x * (xx - _THREE * yy)
    out[10], out[14] = _C31 * x * y * z, _C34 * z * (xx - yy)
    out[11], out[13] = -_C32 * y * (_FOUR * zz - xx - yy), -_C32 * x * (_FOUR * zz - xx - yy)
    out[12] = _C33 * z * (_TWO * zz - _THREE * xx - _THREE * yy)


@kernel
def sort_by_depth(records: np.ndarray, boxes: np.ndarray, depths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return records and boxes in depth order, nearest first; equal depths keep their order."""
    order = _depth_order(depths)
    sorted_records, sorted_boxes = np.empty_like(records), np.empty_like(boxes)
    for i in range(len(order)):
        source = order[i]
        for column in range(RECORD):
            sorted_records[i, column] = records[source, column]
        for side in range(4):
            sorted_boxes[i, side] = boxes[source, side]
    return sorted_records, sorted_boxes


@kernel
def _depth_order(depths: np.ndarray) -> np.ndarray:
    """Return the stable order [M], nearest first, by radix sort, 11 bits a pass: positive floats sort as their bits."""
    keys = depths.view(np.uint32)
    order, spare = np.arange(len(keys)).astype(np.int32), np.empty(len(keys), np.int32)
    starts = np.empty(_RADIX, np.int32)
    for shift in (np.uint32(0), np.uint32(_RADIX_BITS), np.uint32(2 * _RADIX_BITS)):
        starts[:] = 0
        for i in range(len(keys)):
            starts[(keys[i] >> shift) & np.uint32(_RADIX - 1)] += 1
        total = np.int32(0)
        for digit in range(_RADIX):
            here = starts[digit]
            starts[digit] = total
            total += here
        for i in range(len(keys)):
            digit = (keys[order[i]] >> shift) & np.uint32(_RADIX - 1)
            spare[starts[digit]] = order[i]
            starts[digit] += 1
        order, spare = spare, order
    return order
