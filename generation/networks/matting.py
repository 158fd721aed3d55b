"""Background removal by U²-Net (Qin et al. 2020, arXiv 2005.09007), and centring of the object.

Parameters have the released names (`stage1.rebnconvin.…`). `colour_key` replaces the network for plain backgrounds, but
only where the configuration names it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.networks.lgm import MEAN, STD

SIZE_PX = 320
"""Size of the images U²-Net was trained on."""

BORDER = 0.2
"""Share of an image that stays empty around the object, as in LGM's images."""

VISIBLE = 1 / 255
"""Opacity from which a pixel counts as object."""

KEY_DISTANCE = 0.1
"""Smallest difference from the background's colour, in any channel, of a pixel of the object."""


@dataclass(frozen=True)
class MattingSize:
    """Inner and outer widths of the six stages down and, in the same order, of the five up (1 … 5)."""

    down: tuple[tuple[int, int], ...]
    up: tuple[tuple[int, int], ...]


SIZES = {
    "u2net": MattingSize(
        ((32, 64), (32, 128), (64, 256), (128, 512), (256, 512), (256, 512)),
        ((16, 64), (32, 64), (64, 128), (128, 256), (256, 512)),
    ),
    "u2net-small": MattingSize(((16, 64),) * 6, ((16, 64),) * 5),
    "u2net-tiny": MattingSize(((2, 4),) * 6, ((2, 4),) * 5),
}
"""By the name that a weights table gives; "tiny" is for trying out a set-up."""

_DEPTHS = (7, 6, 5, 4, 4, 4)
_DILATED_FROM = 5
"""Stages from this one on enlarge their receptive field by dilation instead of pooling."""


class _Conv(nn.Module):
    def __init__(self, inputs: int, outputs: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv_s1 = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        self.bn_s1 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn_s1(self.conv_s1(x)))


def _halved(x: Tensor) -> Tensor:
    return functional.max_pool2d(x, 2, stride=2, ceil_mode=True)


def _to_size_of(x: Tensor, other: Tensor) -> Tensor:
    return functional.interpolate(x, other.shape[-2:], mode="bilinear", align_corners=False)


class _Stage(nn.Module):
    """A nested U-Net: `depth` levels down and up again, with the input's features added."""

    def __init__(self, inputs: int, widths: tuple[int, int], depth: int, *, dilated: bool) -> None:
        super().__init__()
        inner, outputs = widths
        self._depth, self._dilated = depth, dilated
        self.rebnconvin = _Conv(inputs, outputs)
        for level in range(1, depth + 1):
            wide = 2 ** (level - 1) if dilated else (2 if level == depth else 1)
            self.add_module(f"rebnconv{level}", _Conv(outputs if level == 1 else inner, inner, wide))
        for level in range(depth - 1, 0, -1):
            wide = 2 ** (level - 1) if dilated else 1
            self.add_module(f"rebnconv{level}d", _Conv(2 * inner, outputs if level == 1 else inner, wide))

    def forward(self, x: Tensor) -> Tensor:
        first: Tensor = self.rebnconvin(x)
        h, skips = first, []
        for level in range(1, self._depth):
            h = _halved(h) if level > 1 and not self._dilated else h
            h = self.get_submodule(f"rebnconv{level}")(h)
            skips.append(h)
        h = self.get_submodule(f"rebnconv{self._depth}")(h)
        for level in range(self._depth - 1, 0, -1):
            skip = skips.pop()
            h = self.get_submodule(f"rebnconv{level}d")(torch.cat([_to_size_of(h, skip), skip], dim=1))
        out: Tensor = h + first
        return out


class Matting(nn.Module):
    """forward([B, 3, 320, 320], ImageNet-normalised) → [B, 1, 320, 320] in (0, 1)."""

    def __init__(self, size: MattingSize) -> None:
        super().__init__()
        width = 3
        for i, (widths, depth) in enumerate(zip(size.down, _DEPTHS, strict=True), start=1):
            self.add_module(f"stage{i}", _Stage(width, widths, depth, dilated=i >= _DILATED_FROM))
            width = widths[1]
        for i in range(5, 0, -1):
            dilated = i >= _DILATED_FROM
            self.add_module(
                f"stage{i}d", _Stage(width + size.down[i - 1][1], size.up[i - 1], _DEPTHS[i - 1], dilated=dilated)
            )
            width = size.up[i - 1][1]
        sides = [widths[1] for widths in size.up] + [size.down[5][1]]
        for i, side in enumerate(sides, start=1):
            self.add_module(f"side{i}", nn.Conv2d(side, 1, 3, padding=1))
        self.outconv = nn.Conv2d(6, 1, 1)
        self.eval().requires_grad_(requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the fused map only; the six side maps are for training."""
        skips: list[Tensor] = []
        h = x
        for i in range(1, 7):
            h = self.get_submodule(f"stage{i}")(_halved(h) if i > 1 else h)
            skips.append(h)
        h = skips.pop()
        sides = [self.get_submodule("side6")(h)]
        for i in range(5, 0, -1):
            skip = skips.pop()
            h = self.get_submodule(f"stage{i}d")(torch.cat([_to_size_of(h, skip), skip], dim=1))
            sides.append(self.get_submodule(f"side{i}")(h))
        maps = [_to_size_of(side, x) for side in reversed(sides)]
        out: Tensor = self.outconv(torch.cat(maps, dim=1)).sigmoid()
        return out


@torch.no_grad()
def object_masks(network: nn.Module, images: Tensor) -> Tensor:
    """Return the object's opacity [B, 1, H, W] in `images` [B, 3, H, W] in [0, 1]; stretched to the range [0, 1]."""
    size = (SIZE_PX, SIZE_PX)
    x = functional.interpolate(images, size, mode="bilinear", align_corners=False, antialias=True)
    x = x / x.amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6)
    mean, std = (images.new_tensor(values)[:, None, None] for values in (MEAN, STD))
    dtype = next(network.parameters()).dtype
    masks = network(((x - mean) / std).to(dtype)).float()
    low, high = masks.amin(dim=(1, 2, 3), keepdim=True), masks.amax(dim=(1, 2, 3), keepdim=True)
    return _resized((masks - low) / (high - low).clamp(min=1e-6), images.shape[-2:])


def colour_key(images: Tensor) -> Tensor:
    """Return opacity [B, 1, H, W], 0 or 1: 1 where a pixel differs from the median colour of the image's edge."""
    edge = torch.cat([images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1]], dim=-1)
    background = edge.median(dim=-1).values[:, :, None, None]  # [B, 3, 1, 1]
    return ((images - background).abs().amax(dim=1, keepdim=True) > KEY_DISTANCE).to(images.dtype)


def centred_on_white(images: Tensor, masks: Tensor) -> Tensor:
    """Centre the objects of `images` [B, 3, H, W] over white, their longer side 1 - BORDER of the image.

    `masks` [B, 1, H, W] are their opacities. An image without an object becomes white.
    """
    return torch.stack([_centred(image, mask) for image, mask in zip(images, masks, strict=True)])


def _centred(image: Tensor, mask: Tensor) -> Tensor:
    size = image.shape[-1]
    canvas = torch.ones_like(image)
    rows, columns = (mask[0] >= VISIBLE).nonzero(as_tuple=True)
    if rows.numel() == 0:
        return canvas
    top, bottom, left, right = (int(v) for v in (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1))
    scale = int(size * (1 - BORDER)) / max(bottom - top, right - left)
    shape = (max(1, round((bottom - top) * scale)), max(1, round((right - left) * scale)))
    premultiplied = torch.cat([image * mask, mask])  # so that no fringe of the old background remains
    cut = premultiplied[:, top:bottom, left:right]
    drawn = _resized(cut[None], shape)[0]
    y, x = (size - shape[0]) // 2, (size - shape[1]) // 2
    canvas[:, y : y + shape[0], x : x + shape[1]] = drawn[:3] + (1 - drawn[3:])
    return canvas.clamp(0, 1)


def _resized(x: Tensor, shape: tuple[int, int] | torch.Size) -> Tensor:
    return functional.interpolate(x, tuple(shape), mode="bilinear", align_corners=False, antialias=True)
