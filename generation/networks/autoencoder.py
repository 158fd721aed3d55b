"""Stable Diffusion's VAE from diffusers (Rombach et al. 2022, arXiv 2112.10752)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

SCALING = 0.18215
"""Scale of the latents, which gives them a variance of about 1."""

_LOGVAR_MIN, _LOGVAR_MAX = -30.0, 20.0


@dataclass(frozen=True)
class VaeSize:
    """Size of the network: channels of the blocks, resnet layers per block."""

    channels: tuple[int, ...]
    layers: int

    @property
    def factor(self) -> int:
        """Pixels per latent on each side."""
        return int(2 ** (len(self.channels) - 1))


SD_VAE = VaeSize((128, 256, 512, 512), layers=2)


def make_vae(size: VaeSize) -> Any:
    """Return a diffusers AutoencoderKL, without loaded parameters."""
    from diffusers import AutoencoderKL  # noqa: PLC0415

    count = len(size.channels)
    vae = AutoencoderKL(
        block_out_channels=size.channels,
        layers_per_block=size.layers,
        down_block_types=("DownEncoderBlock2D",) * count,
        up_block_types=("UpDecoderBlock2D",) * count,
        scaling_factor=SCALING,
    )
    return vae.eval().requires_grad_(requires_grad=False)


def encode(vae: Any, images: Tensor, generator: torch.Generator) -> Tensor:
    """Sample latents [B, 4, H/f, W/f], float32, from the encoder's posterior of `images` [B, 3, H, W] in [0, 1].

    Differentiable with respect to the images. `generator` is on their device.
    """
    mean, logvar = posterior(vae, 2 * images - 1)
    drawn = torch.randn(mean.shape, generator=generator, device=mean.device)
    return SCALING * (mean + (0.5 * logvar).exp() * drawn)


def posterior(vae: Any, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and log variance ([B, 4, h, w] each, float32) of `images` in [-1, 1], without SCALING."""
    moments = vae.quant_conv(vae.encoder(images.to(vae.dtype))).float()
    mean, logvar = moments.chunk(2, dim=1)
    return mean, logvar.clamp(_LOGVAR_MIN, _LOGVAR_MAX)


def decode(vae: Any, latents: Tensor) -> Tensor:
    """Decode `latents` [B, 4, h, w] to images [B, 3, H, W] in [0, 1], float32."""
    images: Tensor = vae.decoder(vae.post_quant_conv((latents / SCALING).to(vae.dtype))).float()
    return (images / 2 + 0.5).clamp(0, 1)
