"""The first stage: text to a coarse latent volume, and the volume to occupied voxels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.networks.trellis.args import StructureDecoderArgs, StructureFlowArgs
from generation.networks.trellis.layers import (
    OUTPUT_EPS,
    AffineNorm,
    FlowBlock,
    TimeEmbedder,
    layer_norm,
    position_features,
)


class StructureFlow(nn.Module):
    """Velocity of the latent volume, a transformer over all of its cells."""

    pos_emb: Tensor

    def __init__(self, args: StructureFlowArgs) -> None:
        super().__init__()
        self.args = args
        width, side = args.model_channels, args.resolution // args.patch_size
        grid = torch.cartesian_prod(*[torch.arange(side)] * 3)  # [side³, 3], x slowest
        self.t_embedder = TimeEmbedder(width)
        self.register_buffer("pos_emb", position_features(grid.reshape(-1, 3), width))
        self.input_layer = nn.Linear(args.in_channels * args.patch_size**3, width)
        self.blocks: Any = nn.ModuleList(FlowBlock(args) for _ in range(args.num_blocks))
        self.out_layer = nn.Linear(width, args.out_channels * args.patch_size**3)

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the blocks."""
        dtype: torch.dtype = next(self.blocks[0].mlp.parameters()).dtype
        return dtype

    def modulations(self, t: Tensor) -> list[Tensor]:
        """Return each block's modulation [T, 6, C] at times [T] in 0 … 1000."""
        embedded = self.t_embedder(t).to(self.dtype)
        return [block.modulation(embedded) for block in self.blocks]

    def read(self, texts: Tensor) -> list[Tensor]:
        """Return each block's keys and values [2, B, L, H, d] of `texts` [B, L, C']."""
        texts = texts.to(self.dtype)
        return [block.cross_attn.read(texts) for block in self.blocks]

    def velocity(self, x: Tensor, modulations: list[Tensor], contexts: list[Tensor]) -> Tensor:
        """Return [B, C, R, R, R] float32 of `x` of the same shape; modulations [1 or B, 6, C] per block."""
        patch, side = self.args.patch_size, self.args.resolution // self.args.patch_size
        h = self.input_layer(patchify(x.float(), patch).flatten(2).transpose(1, 2)) + self.pos_emb
        h = h.to(self.dtype)
        for block, modulation, context in zip(self.blocks, modulations, contexts, strict=True):
            h = block(h, modulation, context)
        h = self.out_layer(layer_norm(h.float(), OUTPUT_EPS))  # [B, side³, C patch³]
        return unpatchify(h.transpose(1, 2).unflatten(2, (side, side, side)), patch)

    def forward(self, x: Tensor, t: Tensor, texts: Tensor) -> Tensor:
        """Return the velocity of `x` [B, C, R, R, R] at times `t` [1 or B] in 0 … 1000, given `texts` [B, L, C']."""
        return self.velocity(x, self.modulations(t), self.read(texts))


def patchify(x: Tensor, patch: int) -> Tensor:
    """Move each cube of `patch`³ cells into channels: [B, C, D, H, W] → [B, C patch³, D/patch, H/patch, W/patch]."""
    b, c, *sides = x.shape
    d, h, w = (side // patch for side in sides)
    parts = x.reshape(b, c, d, patch, h, patch, w, patch)
    return parts.permute(0, 1, 3, 5, 7, 2, 4, 6).reshape(b, c * patch**3, d, h, w)


def unpatchify(x: Tensor, patch: int) -> Tensor:
    """Undo `patchify`; with a patch of 2 also a convolution's up-sampling (a pixel shuffle in three dimensions)."""
    b, c, d, h, w = x.shape
    parts = x.reshape(b, c // patch**3, patch, patch, patch, d, h, w)
    return parts.permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(b, c // patch**3, d * patch, h * patch, w * patch)


class _ChannelNorm(AffineNorm):
    """Normalises the channels of every cell of [B, C, D, H, W]."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 4, 1)).permute(0, 4, 1, 2, 3)


class _ResBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = _ChannelNorm(channels, OUTPUT_EPS)
        self.norm2 = _ChannelNorm(channels, OUTPUT_EPS)
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(functional.silu(self.norm1(x)))
        h = self.conv2(functional.silu(self.norm2(h)))
        out: Tensor = x + h
        return out


class _Upsample(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(inputs, 8 * outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return unpatchify(self.conv(x), 2)


class StructureDecoder(nn.Module):
    """The latent volume to a logit of every voxel, which is occupied where it is above 0."""

    def __init__(self, args: StructureDecoderArgs) -> None:
        super().__init__()
        self.args = args
        first, last = args.channels[0], args.channels[-1]
        blocks: list[nn.Module] = []
        for level, channels in enumerate(args.channels):
            blocks += [_ResBlock(channels) for _ in range(args.num_res_blocks)]
            if level + 1 < len(args.channels):
                blocks.append(_Upsample(channels, args.channels[level + 1]))
        self.input_layer = nn.Conv3d(args.latent_channels, first, 3, padding=1)
        self.middle_block: Any = nn.Sequential(*(_ResBlock(first) for _ in range(args.num_res_blocks_middle)))
        self.blocks: Any = nn.ModuleList(blocks)
        self.out_layer = nn.Sequential(
            _ChannelNorm(last, OUTPUT_EPS), nn.SiLU(), nn.Conv3d(last, args.out_channels, 3, padding=1)
        )

    def forward(self, z: Tensor) -> Tensor:
        """Return logits [B, 1, R, R, R] float32 of latents `z` [B, C, r, r, r]."""
        h = self.input_layer(z.float())
        h = h.to(self.middle_block[0].conv1.weight.dtype)
        h = self.middle_block(h)
        for block in self.blocks:
            h = block(h)
        logits: Tensor = self.out_layer(h.float())
        return logits
