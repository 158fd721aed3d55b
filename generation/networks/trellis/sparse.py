"""Sparse layers: features [B, N, C] of the occupied voxels alone, with the tables of `voxels`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.networks.trellis.layers import BLOCK_EPS, AffineNorm, layer_norm
from generation.networks.trellis.voxels import Level, Pyramid

GATHERED_NUMBERS = 1 << 27
"""Numbers that a convolution gathers at a time: 256 MiB in half precision."""

KERNEL = 27
"""3 × 3 × 3."""


class SparseConv(nn.Module):
    """A submanifold convolution of 3³ (Graham et al. 2018): only occupied voxels have outputs, and count as inputs.

    Gathers every voxel's neighbours, then is one matrix product; in chunks of rows, which bounds its memory.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = _Kernel(inputs, outputs)

    def forward(self, x: Tensor, level: Level) -> Tensor:
        """Return [B, N, outputs] of `x` [B, N, inputs] at the voxels of `level`."""
        padded = functional.pad(x, (0, 0, 0, 1))  # [B, N + 1, inputs], a row of zeros for absent neighbours
        matrix = self.conv.weight.flatten(1)  # [outputs, 27 inputs]
        rows = max(1, GATHERED_NUMBERS // (KERNEL * x.shape[2] * x.shape[0]))
        parts = [
            functional.linear(padded[:, chosen].flatten(2), matrix, self.conv.bias)
            for chosen in torch.split(level.neighbours, rows)
        ]
        return torch.cat(parts, dim=1)


class _Kernel(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, 3, 3, 3, inputs) / (KERNEL * inputs) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))


def pool(x: Tensor, pyramid: Pyramid) -> Tensor:
    """Return [B, M, C] at the parents of `x` [B, N, C]: the children's sum over their number plus one.

    That is how the released weights were trained: a zero is averaged in.
    """
    counts = (pyramid.children < x.shape[1]).sum(dim=1)  # [M]
    padded = functional.pad(x, (0, 0, 0, 1))
    return padded[:, pyramid.children].sum(dim=2) / (counts + 1)[:, None].to(x.dtype)


def unpool(x: Tensor, pyramid: Pyramid) -> Tensor:
    """Return [B, N, C] of `x` [B, M, C]: each voxel's parent's features."""
    return x[:, pyramid.parents]


class SparseResBlock(nn.Module):
    """Two sparse convolutions around a modulation by time, added to the input.

    `resample` is "pool" or "unpool", which comes first, or empty.
    """

    def __init__(self, inputs: int, outputs: int, embedded: int, resample: str = "") -> None:
        super().__init__()
        self.resample = resample
        self.norm1 = AffineNorm(inputs, BLOCK_EPS)
        self.conv1 = SparseConv(inputs, outputs)
        self.conv2 = SparseConv(outputs, outputs)
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedded, 2 * outputs))
        self.skip_connection = nn.Linear(inputs, outputs) if inputs != outputs else nn.Identity()

    def modulation(self, embedded: Tensor) -> Tensor:
        """Return [T, 2, C] of embedded times: 1 + scale, and shift."""
        parts: Tensor = self.emb_layers(embedded).unflatten(-1, (2, -1))
        one = torch.tensor([1, 0], dtype=parts.dtype, device=parts.device)
        return parts + one[:, None]

    def forward(self, x: Tensor, modulation: Tensor, pyramid: Pyramid) -> Tensor:
        """Return [B, N or M, outputs] of `x` [B, N or M, inputs] and `modulation` [1 or B, 2, outputs]."""
        if self.resample == "pool":
            x = pool(x, pyramid)
        elif self.resample == "unpool":
            x = unpool(x, pyramid)
        level = pyramid.coarse if self.resample == "pool" else pyramid.fine
        scale, shift = modulation[:, :, None].unbind(1)  # each [1 or B, 1, outputs]
        h = self.conv1(functional.silu(self.norm1(x)), level)
        h = self.conv2(functional.silu(torch.addcmul(shift, layer_norm(h, BLOCK_EPS), scale)), level)
        out: Tensor = h + self.skip_connection(x)
        return out
