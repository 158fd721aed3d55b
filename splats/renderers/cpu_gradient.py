"""The fast CPU renderer with gradients: torch projects, compiled loops blend forward and backward.

The projection is the oracle's own, so its gradients are the oracle's; the blending, where the time goes, is that of the
fast renderer. One view to a thread: results do not depend on the thread count.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from splats.model import Cameras, Splats
from splats.renderers.contract import ALPHA_MIN, Rendered
from splats.renderers.cpu_backward import blend_backward
from splats.renderers.cpu_blend import blend_tiles
from splats.renderers.cpu_tiles import TILE, count_tiles
from splats.renderers.torch import Projected, project


class _Tiling(NamedTuple):
    """Input of blending a view apart from its records: pixel boxes [M, 4], and their number per tile [down, across]."""

    boxes: np.ndarray
    counts: np.ndarray


def render_cpu_gradient(
    splats: Splats, cameras: Cameras, background: Tensor, means2d_grad: Tensor | None = None
) -> Rendered:
    """Render as `splats.render.render`, differentiably, over a `background` [3]; `means2d_grad` is [C, N, 2]."""
    width, height = cameras.width, cameras.height
    records, tilings = [], []
    for index, (viewmat, K) in enumerate(zip(cameras.viewmats, cameras.Ks, strict=True)):
        projected = project(splats, viewmat, K, width, height, None if means2d_grad is None else means2d_grad[index])
        boxes = _boxes(projected, width, height)  # [M, 4]
        inside = ((boxes[:, 0] < boxes[:, 1]) & (boxes[:, 2] < boxes[:, 3])).nonzero()[:, 0]
        records.append(_records(projected)[inside])
        kept = boxes[inside].numpy()
        tilings.append(_Tiling(kept, count_tiles(kept, -(-width // TILE), -(-height // TILE))))
    images = _Blend.apply((height, width), tilings, background, *records)
    return Rendered(images[..., :3].contiguous(), images[..., 3:].contiguous())


def _boxes(projected: Projected, width: int, height: int) -> Tensor:
    """Return the pixels [M, 4] each splat may touch: left, right, top, bottom; half open, clipped to the image."""
    means2d, radii = projected.means2d.detach(), projected.radii
    low, high = torch.ceil(means2d - radii - 0.5), torch.floor(means2d + radii + 0.5)  # [M, 2] each
    size = means2d.new_tensor([width, height])
    low, high = torch.minimum(low.clamp(min=0), size), torch.minimum(high.clamp(min=0), size)
    return torch.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], dim=1).to(torch.int32)


def _records(projected: Projected) -> Tensor:
    """Return the kernels' records [M, RECORD] of projected splats, differentiable except MAX_SIGMA."""
    max_sigma = projected.opacities.detach().log() - math.log(ALPHA_MIN)
    columns = (projected.conic_a / 2, projected.shear, projected.conic_d / 2, projected.opacities, max_sigma)
    return torch.cat([projected.means2d, torch.stack(columns, dim=1), projected.colours], dim=1)


class _Blend(torch.autograd.Function):
    """Records of C views → images [C, H, W, 4]: colour over the background, and alpha."""

    @staticmethod
    def forward(
        ctx: Any, size: tuple[int, int], tilings: list[_Tiling], background: Tensor, *records: Tensor
    ) -> Tensor:
        colours = np.empty((len(tilings), *size, 3), np.float32)
        alpha = np.empty((len(tilings), *size, 1), np.float32)
        behind = background.detach().contiguous().numpy()

        def blend(view: int) -> None:
            boxes, counts = tilings[view]
            blend_tiles(records[view].detach().numpy(), boxes, counts, (0, 0), behind, colours[view], alpha[view])

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            list(pool.map(blend, range(len(tilings))))
        images = torch.from_numpy(np.concatenate([colours, alpha], axis=-1))
        ctx.tilings = tilings
        ctx.save_for_backward(images, *records)
        return images

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        images, *records = ctx.saved_tensors
        (gradient,) = gradients  # [C, H, W, 4]
        pixels = gradient.contiguous().numpy()

        def backward(view: int) -> Tensor:
            boxes, counts = ctx.tilings[view]
            record = records[view].detach().numpy()
            return torch.from_numpy(blend_backward(record, boxes, counts, images[view].detach().numpy(), pixels[view]))

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            to_records = list(pool.map(backward, range(len(records))))
        to_background = (gradient[..., :3] * (1 - images[..., 3:])).sum(dim=(0, 1, 2))  # [3]
        return None, None, to_background, *to_records
