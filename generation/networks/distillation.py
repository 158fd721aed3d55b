"""Score distillation (Poole et al. 2022, DreamFusion, arXiv 2209.14988): the loss of one step, as in DreamGaussian."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from generation.networks import autoencoder
from generation.networks.diffusion import Condition, LatentDiffusion
from generation.networks.schedule import add_noise, apply_guidance


def to_latents(model: LatentDiffusion, images: Tensor, generator: torch.Generator) -> Tensor:
    """Resize `images` [B, 3, H, W] in [0, 1] to the model's size and encode them to latents [B, 4, h, w]."""
    size = (model.size.image_px, model.size.image_px)
    if tuple(images.shape[-2:]) != size:
        images = functional.interpolate(images, size, mode="bilinear", align_corners=False)
    return autoencoder.encode(model.vae, images.contiguous(memory_format=torch.channels_last), generator)


def loss_toward(latents: Tensor, direction: Tensor) -> Tensor:
    """Return a scalar, ½ Σ direction² / B, whose gradient with respect to `latents` [B, …] is direction / B."""
    target = (latents - direction).detach()
    return 0.5 * (latents - target).square().sum() / latents.shape[0]


def distillation_loss(
    model: LatentDiffusion, latents: Tensor, noise: Tensor, t: int, condition: Condition, *, weighted: bool = False
) -> Tensor:
    """Add noise to the `latents` [B, 4, h, w] up to timestep `t`, denoise, and return the loss.

    weighted  w(t) = 1 - ᾱ_t (DreamFusion's σ_t²), as DreamGaussian does with Stable Diffusion; else 1, as with MVDream
    """
    alpha = model.alphas[t]
    with torch.no_grad():
        without, with_prompt = model.predict(add_noise(latents, noise, alpha), t, condition)
        direction = torch.nan_to_num(apply_guidance(without, with_prompt, condition.scale) - noise)
    return loss_toward(latents, (1 - alpha) * direction if weighted else direction)
