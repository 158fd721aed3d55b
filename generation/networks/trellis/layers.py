"""Layers that TRELLIS's networks share: norms, embeddings of time and place, attention, the block of a flow.

Linear layers run in the dtype of their weights (the torso's); norms and the two embeddings are float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.networks.trellis.args import FlowArgs
from generation.networks.trellis.voxels import Windows

BLOCK_EPS, OUTPUT_EPS = 1e-6, 1e-5
"""Of layer norms: inside blocks, and before output layers and in the structure's decoder."""

TIME_FEATURES = 256
_UNIT_EPS = 1e-24
"""Keeps a zero vector from being divided by 0 when it is scaled to unit length."""

Attend = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(queries, keys, values), each [B, N, H, d] → [B, N, H, d]."""


def layer_norm(x: Tensor, eps: float, weight: Tensor | None = None, bias: Tensor | None = None) -> Tensor:
    """Normalise over the last axis in float32; the result has the dtype of `x`."""
    if weight is None:  # the kernel computes in float32, whatever the dtype
        return functional.layer_norm(x, x.shape[-1:], eps=eps)
    return functional.layer_norm(x.float(), x.shape[-1:], weight, bias, eps).to(x.dtype)


class AffineNorm(nn.Module):
    """A layer norm over the last axis with weight and bias, in float32."""

    def __init__(self, channels: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x` [..., C]."""
        return layer_norm(x, self.eps, self.weight, self.bias)


class HeadNorm(nn.Module):
    """Scales each head's vector to length √d, then by `gamma` [H, d]."""

    def __init__(self, heads: int, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(heads, width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x` [B, N, H, d]."""
        return (functional.rms_norm(x.float(), x.shape[-1:], eps=_UNIT_EPS) * self.gamma).to(x.dtype)


def time_features(t: Tensor) -> Tensor:
    """Return [T, 256] of times [T] in 0 … 1000: cosines, then sines, of falling frequencies."""
    half = TIME_FEATURES // 2
    steps = torch.arange(half, dtype=torch.float32, device=t.device)
    frequencies = torch.exp(-math.log(10000) * steps / half)
    angles = t.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class TimeEmbedder(nn.Module):
    """Time to a vector of the network's width, in float32."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(TIME_FEATURES, channels), nn.SiLU(), nn.Linear(channels, channels))

    def forward(self, t: Tensor) -> Tensor:
        """Return [T, C] of times [T] in 0 … 1000."""
        embedded: Tensor = self.mlp(time_features(t))
        return embedded


def position_features(coords: Tensor, channels: int) -> Tensor:
    """Return [N, C] float32 of coordinates [N, 3]: per axis sines, then cosines; zeros fill up to C."""
    count = channels // 3 // 2
    steps = torch.arange(count, dtype=torch.float32, device=coords.device)
    frequencies = 1.0 / (10000 ** (steps / count))
    angles = coords.float()[..., None] * frequencies  # [N, 3, count]
    features = torch.cat([angles.sin(), angles.cos()], dim=-1).flatten(1)  # [N, 6 count]
    return functional.pad(features, (0, channels - features.shape[1]))


def full_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attend to all tokens: q [B, N, H, d]; k, v [B, L, H, d]."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2)


def windowed_attention(q: Tensor, k: Tensor, v: Tensor, windows: Windows) -> Tensor:
    """Attend within windows: q, k, v [B, N, H, d] of the voxels that `windows` partitions."""
    joined = torch.stack([q, k, v], dim=2)  # [B, N, 3, H, d]
    padded = functional.pad(joined, (0, 0, 0, 0, 0, 0, 0, 1))
    samples, _, _, heads, width = padded.shape
    done = []
    for batch in windows.batches:
        count, length = batch.rows.shape
        taken = padded[:, batch.rows].flatten(0, 1)  # [B W, P, 3, H, d]
        q, k, v = (x.transpose(1, 2) for x in taken.unbind(2))  # each [B W, H, P, d]
        mask = batch.present.repeat(samples, 1)[:, None, None]  # [B W, 1, 1, P]
        out = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        done.append(out.transpose(1, 2).reshape(samples, count * length, heads, width))
    return torch.cat(done, dim=1)[:, windows.places]


class SelfAttention(nn.Module):
    """Attention among the tokens; which see each other is the caller's choice."""

    def __init__(self, channels: int, heads: int, *, normed: bool) -> None:
        super().__init__()
        self.heads = heads
        self.to_qkv = nn.Linear(channels, 3 * channels)
        self.to_out = nn.Linear(channels, channels)
        self.q_rms_norm, self.k_rms_norm = _head_norms(channels, heads, normed=normed)

    def forward(self, x: Tensor, attend: Attend = full_attention) -> Tensor:
        """Return [B, N, C] of `x` [B, N, C]."""
        q, k, v = self.to_qkv(x).unflatten(-1, (3, self.heads, -1)).unbind(2)  # each [B, N, H, d]
        out: Tensor = self.to_out(attend(self.q_rms_norm(q), self.k_rms_norm(k), v).flatten(2))
        return out


class CrossAttention(nn.Module):
    """Attention to the tokens of a text."""

    def __init__(self, channels: int, context: int, heads: int, *, normed: bool) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels)
        self.to_kv = nn.Linear(context, 2 * channels)
        self.to_out = nn.Linear(channels, channels)
        self.q_rms_norm, self.k_rms_norm = _head_norms(channels, heads, normed=normed)

    def read(self, texts: Tensor) -> Tensor:
        """Return keys and values [2, B, L, H, d] of `texts` [B, L, C'], which are the same at every step."""
        k, v = self.to_kv(texts).unflatten(-1, (2, self.heads, -1)).unbind(2)
        return torch.stack([self.k_rms_norm(k), v])

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """Return [B, N, C] of `x` [B, N, C] and the `context` that `read` returned."""
        q = self.q_rms_norm(self.to_q(x).unflatten(-1, (self.heads, -1)))
        out: Tensor = self.to_out(full_attention(q, context[0], context[1]).flatten(2))
        return out


def _head_norms(channels: int, heads: int, *, normed: bool) -> tuple[nn.Module, nn.Module]:
    if not normed:
        return nn.Identity(), nn.Identity()
    return HeadNorm(heads, channels // heads), HeadNorm(heads, channels // heads)


class FeedForward(nn.Module):
    """Two linear layers with a GELU (tanh) between them."""

    def __init__(self, channels: int, ratio: float) -> None:
        super().__init__()
        width = int(channels * ratio)
        self.mlp = nn.Sequential(nn.Linear(channels, width), nn.GELU("tanh"), nn.Linear(width, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, N, C] of `x` [B, N, C]."""
        out: Tensor = self.mlp(x)
        return out


class FlowBlock(nn.Module):
    """Self-attention, attention to the text and a feed-forward, modulated by time (Peebles and Xie 2022, adaLN)."""

    def __init__(self, args: FlowArgs) -> None:
        super().__init__()
        channels, heads = args.model_channels, args.num_heads
        self.norm2 = AffineNorm(channels, BLOCK_EPS)
        self.self_attn = SelfAttention(channels, heads, normed=args.qk_rms_norm)
        self.cross_attn = CrossAttention(channels, args.cond_channels, heads, normed=args.qk_rms_norm_cross)
        self.mlp = FeedForward(channels, args.mlp_ratio)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(channels, 6 * channels))

    def modulation(self, embedded: Tensor) -> Tensor:
        """Return [T, 6, C] of embedded times [T, C]: shift, 1 + scale, gate of the attention and of the MLP."""
        parts: Tensor = self.adaLN_modulation(embedded).unflatten(-1, (6, -1))
        one = torch.tensor([0, 1, 0, 0, 1, 0], dtype=parts.dtype, device=parts.device)
        return parts + one[:, None]

    def forward(self, x: Tensor, modulation: Tensor, context: Tensor) -> Tensor:
        """Return [B, N, C] of `x` [B, N, C], `modulation` [1 or B, 6, C] and `context` [2, B, L, H, d]."""
        shift1, scale1, gate1, shift2, scale2, gate2 = modulation[:, :, None].unbind(1)  # each [1 or B, 1, C]
        normed = torch.addcmul(shift1, layer_norm(x, BLOCK_EPS), scale1)
        x = torch.addcmul(x, gate1, self.self_attn(normed))
        x = x + self.cross_attn(self.norm2(x), context)
        normed = torch.addcmul(shift2, layer_norm(x, BLOCK_EPS), scale2)
        return torch.addcmul(x, gate2, self.mlp(normed))
