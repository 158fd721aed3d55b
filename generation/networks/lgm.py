"""LGM: four images of an object to Gaussian splats in one pass (Tang et al. 2024, arXiv 2402.05054).

A U-Net whose attention runs over all four views; each pixel of its output is one splat, in world coordinates.
Parameters have the released names (`unet.…`, `conv.…`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from splats.model import Splats
from splats.sh import from_rgb

VIEWS = 4
CHANNELS_IN, CHANNELS_OUT = 9, 14
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, for the colours."""
RADIUS, FOV_Y_DEG = 1.5, 49.1
"""Of the training cameras, at elevation 0 and azimuths 0, 90, 180, 270."""
SKIP_SCALE = math.sqrt(0.5)
"""Scale of every residual sum."""
OPACITY_MIN = 0.005
"""Fainter splats are dropped, as in the released exporter."""


@dataclass(frozen=True)
class LgmSize:
    """Size of the network; the up path is shorter than the down path, so there are fewer splats than pixels."""

    input_px: int
    down: tuple[int, ...]
    down_attends: tuple[bool, ...]
    up: tuple[int, ...]
    up_attends: tuple[bool, ...]
    layers: int = 2
    heads: int = 16


SIZES = {
    "lgm-big": LgmSize(
        input_px=256,
        down=(64, 128, 256, 512, 1024, 1024),
        down_attends=(False, False, False, True, True, True),
        up=(1024, 1024, 512, 256, 128),
        up_attends=(True, True, True, False, False),
    ),
    "lgm-tiny": LgmSize(32, (32, 64, 64), (False, True, True), (64, 64), (True, False), layers=1),
}
"""By the name that a weights table gives: the released model's option set, and one for trying out a set-up."""


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(32, channels, eps=1e-5)


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)


class _Resnet(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = _norm(inputs), _conv(inputs, outputs)
        self.norm2, self.conv2 = _norm(outputs), _conv(outputs, outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(functional.silu(self.norm1(x)))
        h = self.conv2(functional.silu(self.norm2(h)))
        out: Tensor = (h + self.shortcut(x)) * SKIP_SCALE
        return out


class _ViewAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm = _norm(width)
        self.heads = heads
        self.attn = nn.ModuleDict({"qkv": nn.Linear(width, 3 * width, bias=False), "proj": nn.Linear(width, width)})

    def forward(self, x: Tensor) -> Tensor:
        rows, C, H, W = x.shape
        tokens = self.norm(x).reshape(rows // VIEWS, VIEWS, C, H * W).transpose(2, 3).reshape(rows // VIEWS, -1, C)
        qkv = self.attn["qkv"](tokens).reshape(*tokens.shape[:2], 3, self.heads, C // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [B, heads, 4HW, C / heads]
        attended = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(tokens.shape)
        out: Tensor = self.attn["proj"](attended)  # [B, 4HW, C]
        return (out.reshape(rows, H * W, C).transpose(1, 2).reshape(x.shape) + x) * SKIP_SCALE


class _Down(nn.Module):
    def __init__(self, inputs: int, outputs: int, size: LgmSize, *, attends: bool, last: bool) -> None:
        super().__init__()
        self.nets = nn.ModuleList(_Resnet(inputs if i == 0 else outputs, outputs) for i in range(size.layers))
        self.attns = nn.ModuleList(_ViewAttention(outputs, size.heads) for _ in range(size.layers if attends else 0))
        self.downsample = None if last else _conv(outputs, outputs, stride=2)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        skips = []
        for i, net in enumerate(self.nets):
            x = net(x)
            x = self.attns[i](x) if self.attns else x
            skips.append(x)
        if self.downsample is not None:
            x = self.downsample(x)
            skips.append(x)
        return x, skips


class _Middle(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.nets = nn.ModuleList([_Resnet(width, width), _Resnet(width, width)])
        self.attns = nn.ModuleList([_ViewAttention(width, heads)])

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.nets[1](self.attns[0](self.nets[0](x)))
        return h


class _Up(nn.Module):
    def __init__(
        self, skips: list[int], inputs: int, outputs: int, size: LgmSize, *, attends: bool, last: bool
    ) -> None:
        super().__init__()
        widths = [inputs, *[outputs] * (len(skips) - 1)]
        self.nets = nn.ModuleList(_Resnet(w + s, outputs) for w, s in zip(widths, skips, strict=True))
        self.attns = nn.ModuleList(_ViewAttention(outputs, size.heads) for _ in (skips if attends else []))
        self.upsample = None if last else _conv(outputs, outputs)

    def forward(self, x: Tensor, skips: list[Tensor]) -> Tensor:
        for i, net in enumerate(self.nets):
            x = net(torch.cat([x, skips.pop()], dim=1))
            x = self.attns[i](x) if self.attns else x
        if self.upsample is None:
            return x
        upsampled: Tensor = self.upsample(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        return upsampled


class _UNet(nn.Module):
    def __init__(self, size: LgmSize) -> None:
        super().__init__()
        self.conv_in = _conv(CHANNELS_IN, size.down[0])
        downs, widths, width = [], [size.down[0]], size.down[0]
        for i, outputs in enumerate(size.down):
            last = i == len(size.down) - 1
            downs.append(_Down(width, outputs, size, attends=size.down_attends[i], last=last))
            width = outputs
            widths += [outputs] * (size.layers + (not last))
        self.down_blocks = nn.ModuleList(downs)
        self.mid_block = _Middle(width, size.heads)
        ups = []
        for i, outputs in enumerate(size.up):
            skips = [widths.pop() for _ in range(size.layers + 1)]
            last = i == len(size.up) - 1
            ups.append(_Up(skips, width, outputs, size, attends=size.up_attends[i], last=last))
            width = outputs
        self.up_blocks = nn.ModuleList(ups)
        self.norm_out, self.conv_out = _norm(width), _conv(width, CHANNELS_OUT)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        skips = [x]
        for down in self.down_blocks:
            x, block_skips = down(x)
            skips += block_skips
        x = self.mid_block(x)
        for up in self.up_blocks:
            x = up(x, skips)
        out: Tensor = self.conv_out(functional.silu(self.norm_out(x)))
        return out


class Lgm(nn.Module):
    """forward([4, 9, H, W] of one object) → [4, 14, h, w]."""

    def __init__(self, size: LgmSize) -> None:
        super().__init__()
        self.input_px = size.input_px
        self.unet = _UNet(size)
        self.conv = nn.Conv2d(CHANNELS_OUT, CHANNELS_OUT, 1)
        self.eval().requires_grad_(requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return values per pixel, before activation."""
        out: Tensor = self.conv(self.unet(x))
        return out


def pluecker_rays(poses: Tensor, size_px: int, fov_y_deg: float = FOV_Y_DEG) -> Tensor:
    """Return the Plücker rays [V, 6, H, W] (o × d, then unit d) of `poses` [V, 4, 4] (OpenGL, camera to world)."""
    focal = size_px / (2 * math.tan(math.radians(fov_y_deg) / 2))
    steps = (torch.arange(size_px, dtype=torch.float32) + 0.5 - size_px / 2) / focal
    rows, columns = torch.meshgrid(-steps, steps, indexing="ij")
    local = torch.stack([columns, rows, -torch.ones_like(rows)], dim=-1)  # [H, W, 3]
    world = functional.normalize(torch.einsum("vij,hwj->vhwi", poses[:, :3, :3], local), dim=-1)  # [V, H, W, 3]
    origins = poses[:, None, None, :3, 3].expand_as(world)
    return torch.cat([torch.linalg.cross(origins, world), world], dim=-1).permute(0, 3, 1, 2)


def network_input(images: Tensor, rays: Tensor) -> Tensor:
    """Return [V, 9, H, W]: `images` [V, 3, H, W] in [0, 1] on white, normalised by MEAN and STD, then the rays."""
    mean, std = (images.new_tensor(values)[:, None, None] for values in (MEAN, STD))
    return torch.cat([(images - mean) / std, rays], dim=1)


def activate_gaussians(values: Tensor) -> Tensor:
    """Activate the network's output [V, 14, h, w] to [N, 14]: mean, opacity, scale, quaternion wxyz, colour.

    N = V · h · w in the order view, row, column. Colours are in [0, 1], scales linear.
    """
    flat = values.float().permute(0, 2, 3, 1).reshape(-1, CHANNELS_OUT)  # [N, 14]
    means, opacity = flat[:, :3].clamp(-1, 1), flat[:, 3:4].sigmoid()
    scales = 0.1 * functional.softplus(flat[:, 4:7])
    rotation = functional.normalize(flat[:, 7:11], dim=-1)
    return torch.cat([means, opacity, scales, rotation, 0.5 * flat[:, 11:].tanh() + 0.5], dim=-1)


def to_splats(gaussians: Tensor) -> Splats:
    """Convert `gaussians` [N, 14] to splats without those below OPACITY_MIN. LGM's axes are ours: y up, front +z."""
    kept = gaussians[gaussians[:, 3] >= OPACITY_MIN]
    return Splats(kept[:, :3], kept[:, 7:11], kept[:, 4:7], kept[:, 3], from_rgb(kept[:, 11:]))
