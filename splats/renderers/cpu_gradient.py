"""The contract of `splats.render` on the CPU with gradients, fast: torch projects, compiled loops blend both ways.

The projection is the oracle's own, so everything that has a gradient there has one here; the blending, where the time
goes, is that of the fast renderer. One view to a thread: results do not depend on the thread count.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from splats.model import Cameras, Splats
from splats.renderers import cpu_backward as raster_backward
from splats.renderers import cpu_blend as raster_blend
from splats.renderers import cpu_project as raster_project
from splats.renderers import torch as render_torch
from splats.renderers.contract import ALPHA_MIN, Rendered
from splats.renderers.cpu_project import TILE


class _Listed(NamedTuple):
    """What blending needs of one view beside its records: pixel boxes [M, 4] and how many touch each tile."""

    boxes: np.ndarray
    counts: np.ndarray


def render_cpu_gradient(splats: Splats, cameras: Cameras, background: Tensor, screen: Tensor | None = None) -> Rendered:
    """The pictures of `splats.render.render`, differentiable, for a `background` [3] and `screen` shifts [C, N, 2]."""
    width, height = cameras.width, cameras.height
    records, listed = [], []
    for index, (viewmat, K) in enumerate(zip(cameras.viewmats, cameras.Ks, strict=True)):
        shifts = None if screen is None else screen[index]
        projected = render_torch.project(splats, viewmat, K, width, height, shifts)
        boxes = _boxes(projected, width, height)  # [M, 4]
        seen = ((boxes[:, 0] < boxes[:, 1]) & (boxes[:, 2] < boxes[:, 3])).nonzero()[:, 0]
        records.append(_records(projected)[seen])
        inside = boxes[seen].numpy()
        listed.append(_Listed(inside, raster_project.tile_counts(inside, -(-width // TILE), -(-height // TILE))))
    pictures = _Blend.apply((height, width), listed, background, *records)
    return Rendered(pictures[..., :3].contiguous(), pictures[..., 3:].contiguous())


def _boxes(projected: render_torch.Projected, width: int, height: int) -> Tensor:
    """Pixels [M, 4] each splat may touch: left, right, top, bottom; half open, clipped to the picture."""
    centres, radii = projected.centres.detach(), projected.radii
    low, high = torch.ceil(centres - radii - 0.5), torch.floor(centres + radii + 0.5)  # [M, 2] each
    size = centres.new_tensor([width, height])
    low, high = torch.minimum(low.clamp(min=0), size), torch.minimum(high.clamp(min=0), size)
    return torch.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], dim=1).to(torch.int32)


def _records(projected: render_torch.Projected) -> Tensor:
    """The kernels' form [M, RECORD] of projected splats, with gradient but for the reach."""
    reach = projected.opacities.detach().log() - math.log(ALPHA_MIN)
    fields = (projected.narrow / 2, projected.shear, projected.tall / 2, projected.opacities, reach)
    return torch.cat([projected.centres, torch.stack(fields, dim=1), projected.colours], dim=1)


class _Blend(torch.autograd.Function):
    """Records of C views → pictures [C, H, W, 4]: colour over the background, and alpha."""

    @staticmethod
    def forward(ctx: Any, size: tuple[int, int], listed: list[_Listed], background: Tensor, *records: Tensor) -> Tensor:
        images = np.empty((len(listed), *size, 3), np.float32)
        alpha = np.empty((len(listed), *size, 1), np.float32)
        colour = background.detach().contiguous().numpy()

        def blend(view: int) -> None:
            boxes, counts = listed[view]
            raster_blend.blend_tiles(
                records[view].detach().numpy(), boxes, counts, (0, 0), colour, images[view], alpha[view]
            )

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            list(pool.map(blend, range(len(listed))))
        pictures = torch.from_numpy(np.concatenate([images, alpha], axis=-1))
        ctx.listed = listed
        ctx.save_for_backward(pictures, *records)
        return pictures

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        pictures, *records = ctx.saved_tensors
        (gradient,) = gradients  # [C, H, W, 4]
        pixels = gradient.contiguous().numpy()

        def backward(view: int) -> Tensor:
            boxes, counts = ctx.listed[view]
            record = records[view].detach().numpy()
            return torch.from_numpy(
                raster_backward.blend_backward(record, boxes, counts, pictures[view].detach().numpy(), pixels[view])
            )

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            to_records = list(pool.map(backward, range(len(records))))
        behind = (gradient[..., :3] * (1 - pictures[..., 3:])).sum(dim=(0, 1, 2))  # [3] of the background
        return None, None, behind, *to_records
