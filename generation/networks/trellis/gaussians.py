"""The last stage: latents to splats, a fixed number for every occupied voxel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.networks.trellis.args import GaussianDecoderArgs, SplatArgs
from generation.networks.trellis.layers import (
    BLOCK_EPS,
    OUTPUT_EPS,
    Attend,
    FeedForward,
    SelfAttention,
    layer_norm,
    position_features,
    windowed_attention,
)
from generation.networks.trellis.voxels import Windows, make_windows
from splats.model import Splats

COLUMNS = {"xyz": 3, "f_dc": 3, "scaling": 3, "rotation": 4, "opacity": 1}
"""Numbers of each splat, in the order of the decoder's columns: first every splat's xyz, then every splat's f_dc …"""


class _Block(nn.Module):
    def __init__(self, channels: int, heads: int, ratio: float) -> None:
        super().__init__()
        self.attn = SelfAttention(channels, heads, normed=False)
        self.mlp = FeedForward(channels, ratio)

    def forward(self, x: Tensor, attend: Attend) -> Tensor:
        x = x + self.attn(layer_norm(x, BLOCK_EPS), attend)
        out: Tensor = x + self.mlp(layer_norm(x, BLOCK_EPS))
        return out


class GaussianDecoder(nn.Module):
    """Latents to numbers of splats: attention within windows, which move by half their size in every other block."""

    offset_perturbation: Tensor

    def __init__(self, args: GaussianDecoderArgs) -> None:
        super().__init__()
        self.args = args
        count = args.representation.num_gaussians
        self.register_buffer("offset_perturbation", offsets(count, args.representation.voxel_size))
        self.input_layer = nn.Linear(args.latent_channels, args.model_channels)
        self.blocks: Any = nn.ModuleList(
            _Block(args.model_channels, args.num_heads, args.mlp_ratio) for _ in range(args.num_blocks)
        )
        self.out_layer = nn.Linear(args.model_channels, count * sum(COLUMNS.values()))

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the blocks."""
        dtype: torch.dtype = next(self.blocks[0].mlp.parameters()).dtype
        return dtype

    def make_windows(self, coords: Tensor) -> list[Windows]:
        """Return the windows of even and of odd blocks for voxels `coords` [N, 3]."""
        size = self.args.window_size
        return [make_windows(coords, size, shift) for shift in (0, size // 2)]

    def forward(self, latents: Tensor, coords: Tensor, windows: Sequence[Windows]) -> Tensor:
        """Return [N, 14 G] float32 of `latents` [N, C] at `coords` [N, 3], G splats a voxel."""
        h = self.input_layer(latents.float()) + position_features(coords, self.args.model_channels)
        h = h.to(self.dtype)[None]
        for index, block in enumerate(self.blocks):
            h = block(h, partial(windowed_attention, windows=windows[index % 2]))
        out: Tensor = self.out_layer(layer_norm(h[0].float(), OUTPUT_EPS))
        return out

    def splats(self, columns: Tensor, coords: Tensor) -> Splats:
        """Return the splats [G N] of `columns` [N, 14 G], by voxel, with TRELLIS's axes (see `to_world`)."""
        perturbation = self.offset_perturbation if self.args.representation.perturb_offset else None
        return activate(columns, coords, self.args.resolution, self.args.representation, perturbation)


def activate(columns: Tensor, coords: Tensor, resolution: int, args: SplatArgs, perturbation: Tensor | None) -> Splats:
    """Turn the decoder's `columns` [N, 14 G] into splats, in the cube [-0.5, 0.5]³ around `coords` [N, 3].

    `perturbation` [G, 3] spreads the splats of a voxel.
    """
    count = args.num_gaussians
    parts = torch.split(columns.float(), [count * size for size in COLUMNS.values()], dim=-1)
    xyz, colour, scaling, rotation, opacity = (
        part.reshape(len(part), count, size) for part, size in zip(parts, COLUMNS.values(), strict=True)
    )  # each [N, G, …]

    moved = xyz * args.lr.xyz if perturbation is None else xyz * args.lr.xyz + perturbation
    centres = ((coords + 0.5) / resolution - 0.5)[:, None]  # [N, 1, 3]
    means = centres + torch.tanh(moved) * (0.5 * args.voxel_size / resolution)

    scale_bias = args.scaling_bias + math.log(-math.expm1(-args.scaling_bias))  # its inverse softplus
    scales = functional.softplus(scaling * args.lr.scaling + scale_bias)
    opacity_bias = math.log(args.opacity_bias / (1 - args.opacity_bias))
    quats = rotation * args.lr.rotation + columns.new_tensor([1.0, 0, 0, 0])
    return Splats(
        means=means.flatten(0, 1),
        quats=functional.normalize(quats, dim=-1).flatten(0, 1),
        scales=(scales.square() + args.scale_floor**2).sqrt().flatten(0, 1),
        opacities=torch.sigmoid(opacity * args.lr.opacity + opacity_bias).flatten(),
        sh=(colour * args.lr.features_dc).flatten(0, 1)[:, None],
    )


def offsets(count: int, voxel_size: float) -> Tensor:
    """Return [count, 3]: where the splats of a voxel start, before `activate`'s tanh; a Hammersley sequence."""
    points = [[i / count, _radical_inverse(i, 2), _radical_inverse(i, 3)] for i in range(count)]
    return torch.atanh((2 * torch.tensor(points) - 1) / voxel_size)


def _radical_inverse(number: int, base: int) -> float:
    """Mirror the digits of `number` in `base` at the point."""
    mirrored, place = 0.0, 1.0 / base
    while number:
        number, digit = divmod(number, base)
        mirrored, place = mirrored + digit * place, place / base
    return mirrored


def to_world(splats: Splats) -> Splats:
    """Turn TRELLIS's axes (z up, front toward -y) into the project's (y up, front toward +z), a rotation about x."""
    x, y, z = splats.means.unbind(-1)
    w, i, j, k = splats.quats.unbind(-1)
    half = math.sqrt(0.5)
    quats = half * torch.stack([w + i, i - w, j + k, k - j], dim=-1)  # (√½, -√½, 0, 0) · q
    return Splats(torch.stack([x, z, -y], dim=-1), quats, splats.scales, splats.opacities, splats.sh)
