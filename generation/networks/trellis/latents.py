"""The second stage: text to a latent vector at every occupied voxel."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from generation.networks.trellis.args import LatentFlowArgs
from generation.networks.trellis.layers import OUTPUT_EPS, FlowBlock, TimeEmbedder, layer_norm, position_features
from generation.networks.trellis.sparse import SparseResBlock
from generation.networks.trellis.voxels import Pyramid


class LatentFlow(nn.Module):
    """Velocity of the latents: sparse convolutions at the voxels around a transformer over their parents."""

    def __init__(self, args: LatentFlowArgs) -> None:
        super().__init__()
        self.args = args
        width, (io,), count = args.model_channels, args.io_block_channels, args.num_io_res_blocks
        self.t_embedder = TimeEmbedder(width)
        self.input_layer = nn.Linear(args.in_channels, io)
        self.input_blocks: Any = nn.ModuleList(
            [
                *(SparseResBlock(io, io, width) for _ in range(count - 1)),
                SparseResBlock(io, width, width, "pool"),
            ]
        )
        self.blocks: Any = nn.ModuleList(FlowBlock(args) for _ in range(args.num_blocks))
        self.out_blocks: Any = nn.ModuleList(
            [
                SparseResBlock(2 * width, io, width, "unpool"),
                *(SparseResBlock(2 * io, io, width) for _ in range(count - 1)),
            ]
        )
        self.out_layer = nn.Linear(io, args.out_channels)

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the blocks."""
        dtype: torch.dtype = next(self.blocks[0].mlp.parameters()).dtype
        return dtype

    def modulations(self, t: Tensor) -> list[Tensor]:
        """Return the modulation of each input block, block and output block, at times [T] in 0 … 1000."""
        embedded = self.t_embedder(t).to(self.dtype)
        return [block.modulation(embedded) for block in (*self.input_blocks, *self.blocks, *self.out_blocks)]

    def read(self, texts: Tensor) -> list[Tensor]:
        """Return each block's keys and values [2, B, L, H, d] of `texts` [B, L, C']."""
        texts = texts.to(self.dtype)
        return [block.cross_attn.read(texts) for block in self.blocks]

    def velocity(self, x: Tensor, modulations: list[Tensor], contexts: list[Tensor], pyramid: Pyramid) -> Tensor:
        """Return [B, N, C] float32 of latents `x` [B, N, C] at the fine voxels; the samples share these."""
        modulation = iter(modulations)
        h = self.input_layer(x.float()).to(self.dtype)
        skips = []
        for block in self.input_blocks:
            h = block(h, next(modulation), pyramid)
            skips.append(h)
        h = h + position_features(pyramid.coarse.coords, h.shape[-1]).to(h.dtype)
        for block, context in zip(self.blocks, contexts, strict=True):
            h = block(h, next(modulation), context)
        for block in self.out_blocks:
            h = block(torch.cat([h, skips.pop()], dim=-1), next(modulation), pyramid)
        out: Tensor = self.out_layer(layer_norm(h.float(), OUTPUT_EPS))
        return out

    def forward(self, x: Tensor, t: Tensor, texts: Tensor, pyramid: Pyramid) -> Tensor:
        """Return the velocity of `x` [B, N, C] at times `t` [1 or B] in 0 … 1000, given `texts` [B, L, C']."""
        return self.velocity(x, self.modulations(t), self.read(texts), pyramid)
