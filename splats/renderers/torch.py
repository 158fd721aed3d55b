"""The reference renderer (the oracle of the tests) in plain torch, for any device, with gradients by autograd.

Written to be read and trusted. Memory is bounded: pixels go tile by tile and splats chunk by chunk, and a backward
pass recomputes each tile instead of keeping its intermediate values.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from splats import sh
from splats.model import Cameras, Splats
from splats.renderers.contract import (
    ALPHA_MAX,
    ALPHA_MIN,
    BLUR,
    FAR,
    LIMIT_MARGIN,
    NEAR,
    T_STOP,
    Rendered,
    wants_gradient,
)

TILE = 16
"""Pixels along a tile's side."""
CHUNK = 128
"""Splats blended at once: a tile works on TILE² · CHUNK alphas, 128 KiB an array.

Small enough that torch does not split an operation over threads, which would cost more than it saves."""


class Projected(NamedTuple):
    """M visible splats of one view, front to back, in pixels; conics as factors (`splats.renderers.contract`)."""

    means2d: Tensor  # [M, 2]
    conic_a: Tensor  # [M] cov_yy / det: inverse variance of x within a row
    shear: Tensor  # [M] cov_xy / cov_yy: how far the ellipse shifts in x from row to row
    conic_d: Tensor  # [M] 1 / cov_yy
    radii: Tensor  # [M, 2] half sizes of the box round alpha >= ALPHA_MIN
    opacities: Tensor  # [M] compensated where the splats are antialiased
    colours: Tensor  # [M, 3]


def render_torch(splats: Splats, cameras: Cameras, background: Tensor, means2d_grad: Tensor | None = None) -> Rendered:
    """Render as `splats.render.render`, over a `background` [3] on the splats' device; `means2d_grad` is [C, N, 2]."""
    recompute = wants_gradient(splats, cameras, background, means2d_grad)
    images = []
    for index, (viewmat, K) in enumerate(zip(cameras.viewmats, cameras.Ks, strict=True)):
        offsets = None if means2d_grad is None else means2d_grad[index]
        projected = project(splats, viewmat, K, cameras.width, cameras.height, offsets)
        images.append(blend(projected, cameras.width, cameras.height, background, recompute=recompute))
    if not images:
        empty = splats.means.new_zeros(0, cameras.height, cameras.width, 4)
        return Rendered(empty[..., :3], empty[..., 3:])
    stacked = torch.stack(images)  # [C, H, W, 4]
    return Rendered(stacked[..., :3].contiguous(), stacked[..., 3:].contiguous())


def project(
    splats: Splats, viewmat: Tensor, K: Tensor, width: int, height: int, offsets: Tensor | None = None
) -> Projected:
    """Project the splats between NEAR and FAR to the image of `viewmat` [4, 4] and `K` [3, 3], front to back.

    EWA splatting (Zwicker et al. 2002). `offsets` [N, 2] are added to means2d, in pixels.
    """
    R, t = viewmat[:3, :3], viewmat[:3, 3]
    depths = splats.means.detach() @ R[2] + t[2]  # [N]
    visible = (depths >= NEAR) & (depths <= FAR) & (splats.opacities.detach() >= ALPHA_MIN)
    order = torch.argsort(depths[visible], stable=True)
    index = visible.nonzero()[:, 0][order]  # [M] front to back
    means, opacities = splats.means[index], splats.opacities[index]

    x, y, z = (means @ R.T + t).unbind(-1)  # [M] each
    fx, fy, cx, cy = K[0, 0], K[1, 1], K[0, 2], K[1, 2]
    x_over_z = (x / z).clamp(-(cx + LIMIT_MARGIN * width) / fx, (width - cx + LIMIT_MARGIN * width) / fx)
    y_over_z = (y / z).clamp(-(cy + LIMIT_MARGIN * height) / fy, (height - cy + LIMIT_MARGIN * height) / fy)
    axes = R @ (rotations(splats.quats[index]) * splats.scales[index][:, None, :])  # [M, 3, 3]; R Σ Rᵀ = axes axesᵀ
    row_x = (fx / z)[:, None] * (axes[:, 0] - x_over_z[:, None] * axes[:, 2])  # [M, 3] first row of J R S
    row_y = (fy / z)[:, None] * (axes[:, 1] - y_over_z[:, None] * axes[:, 2])  # [M, 3]
    xx, xy, yy = (row_x * row_x).sum(-1), (row_x * row_y).sum(-1), (row_y * row_y).sum(-1)
    area = torch.linalg.cross(row_x, row_y)  # Lagrange: |row_x × row_y|² = xx yy - xy², without cancellation
    sharp_det = (area * area).sum(-1)
    det = sharp_det + BLUR * (xx + yy) + BLUR * BLUR
    xx, yy = xx + BLUR, yy + BLUR
    if splats.antialiased:
        ratio = sharp_det / det  # [M]
        drawn = opacities.detach() * ratio.detach().sqrt() >= ALPHA_MIN
        opacities = opacities * torch.where(drawn, ratio, 1).sqrt()  # not of 0, where the root has no derivative

    extent = (2 * torch.log(opacities.detach() / ALPHA_MIN)).clamp(min=0).sqrt()  # standard deviations to ALPHA_MIN
    means2d = torch.stack([fx * x / z + cx, fy * y / z + cy], dim=-1)  # [M, 2]
    camera_centre = -R.T @ t
    directions = torch.nn.functional.normalize(means - camera_centre, dim=-1)
    projected = Projected(
        means2d=means2d if offsets is None else means2d + offsets[index],
        conic_a=yy / det,
        shear=xy / yy,
        conic_d=1 / yy,
        radii=torch.stack([extent * xx.detach().sqrt(), extent * yy.detach().sqrt()], dim=-1),
        opacities=opacities,
        colours=sh.colours(splats.sh[index], directions),
    )
    return Projected(*(field[drawn] for field in projected)) if splats.antialiased else projected


def rotations(quats: Tensor) -> Tensor:
    """Return the rotation matrices [N, 3, 3] of quaternions [N, 4] wxyz, which are normalised first."""
    w, x, y, z = torch.nn.functional.normalize(quats, dim=-1).unbind(-1)
    entries = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(entries, dim=-1).reshape(-1, 3, 3)


def blend(projected: Projected, width: int, height: int, background: Tensor, *, recompute: bool = False) -> Tensor:
    """Blend one image [H, W, 4]: colour over `background` [3], and alpha.

    With `recompute`, backward computes each tile again instead of keeping its intermediate values.
    """
    rows = []
    for top in range(0, height, TILE):
        bottom = min(top + TILE, height)
        band = _touching(projected, 1, top, bottom)
        row = []
        for left in range(0, width, TILE):
            right = min(left + TILE, width)
            picked = _touching(band, 0, left, right)
            pixels = _pixel_centres(left, right, top, bottom, background)
            if recompute:
                tile = checkpoint(_blend_pixels, pixels, background, *picked, use_reentrant=False)
            else:
                tile = _blend_pixels(pixels, background, *picked)
            row.append(tile.reshape(bottom - top, right - left, 4))
        rows.append(torch.cat(row, dim=1))
    return torch.cat(rows, dim=0)


def _touching(projected: Projected, axis: int, low: int, high: int) -> Projected:
    """Select the splats whose box touches pixels `low` to `high` along `axis`, with a pixel of slack for rounding."""
    means2d, radii = projected.means2d.detach()[:, axis], projected.radii[:, axis]
    index = ((means2d - radii - 1 < high) & (means2d + radii + 1 > low)).nonzero()[:, 0]
    return Projected(*(field[index] for field in projected))


def _pixel_centres(left: int, right: int, top: int, bottom: int, like: Tensor) -> Tensor:
    y, x = torch.meshgrid(
        torch.arange(top, bottom, device=like.device), torch.arange(left, right, device=like.device), indexing="ij"
    )
    return torch.stack([x, y], dim=-1).reshape(-1, 2).to(like.dtype) + 0.5  # [P, 2]


def _blend_pixels(pixels: Tensor, background: Tensor, *fields: Tensor) -> Tensor:
    """Return colour over the background and alpha [P, 4] at `pixels` [P, 2] of the splats `Projected(*fields)`."""
    count = fields[0].shape[0]
    T = pixels.new_ones(pixels.shape[0])  # [P] transmittance
    stopped = torch.zeros_like(T, dtype=torch.bool)  # [P] the pixel has stopped
    colour = pixels.new_zeros(pixels.shape[0], 3)
    for start in range(0, count, CHUNK):
        chunk = Projected(*(field[start : start + CHUNK] for field in fields))
        alpha = _alphas(chunk, pixels)  # [P, m]
        after = T[:, None] * torch.cumprod(1 - alpha, dim=1)  # [P, m] transmittance behind each splat
        drawn = (after > T_STOP) & ~stopped[:, None]  # a prefix of each row: `after` never rises
        before = torch.cat([T[:, None], after[:, :-1]], dim=1)
        weights = torch.where(drawn, alpha * before, 0)
        colour = colour + weights @ chunk.colours
        T = T * torch.where(drawn, 1 - alpha, 1).prod(dim=1)
        stopped = stopped | ~drawn[:, -1]
        if bool(stopped.all()):
            break
    return torch.cat([colour + T[:, None] * background, 1 - T[:, None]], dim=1)


def _alphas(chunk: Projected, pixels: Tensor) -> Tensor:
    """Return the alpha of each splat at each pixel [P, m], 0 where below ALPHA_MIN."""
    dy = pixels[:, 1, None] - chunk.means2d[:, 1]  # [P, m]
    dx = pixels[:, 0, None] - chunk.means2d[:, 0] - chunk.shear * dy
    sigma = 0.5 * (chunk.conic_a * dx * dx + chunk.conic_d * dy * dy)
    alpha = (chunk.opacities * torch.exp(-sigma)).clamp(max=ALPHA_MAX)
    return torch.where(alpha >= ALPHA_MIN, alpha, 0)
