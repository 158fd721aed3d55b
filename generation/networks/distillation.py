"""Score distillation: the loss of one step.

Two losses: DreamFusion's (Poole et al. 2022, arXiv 2209.14988) as in DreamGaussian, and MVDream's reconstruction of the
clean latents (Shi et al. 2023, arXiv 2308.16512, section 3.3).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from generation.networks import autoencoder
from generation.networks.diffusion import Condition, LatentDiffusion
from generation.networks.schedule import add_noise, apply_guidance, clean_latents


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


_STD_EPS = 1e-8
"""Added to both standard deviations before dividing, as in MVDream."""


def reconstruction_loss(
    model: LatentDiffusion, latents: Tensor, noise: Tensor, t: int, condition: Condition, *, rescale: float
) -> Tensor:
    """Return ½ Σ (latents - x̂₀)² / B, where x̂₀ are the clean latents [B, 4, h, w] that the guided prediction implies.

    rescale  share, in [0, 1], of x̂₀ scaled to the standard deviation that it has without guidance (Lin et al. 2023,
             arXiv 2305.08891), by sets of the views that are denoised together: high guidance would saturate it
    """
    alpha = model.alphas[t]
    with torch.no_grad():
        noisy = add_noise(latents, noise, alpha)
        without, with_prompt = model.predict(noisy, t, condition)
        guided = clean_latents(noisy, apply_guidance(without, with_prompt, condition.scale), alpha)
        plain = clean_latents(noisy, with_prompt, alpha)
        factor = _spread(plain, model.size.views) / _spread(guided, model.size.views)
        target = guided * (rescale * factor + 1 - rescale)
        target = torch.where(target.isfinite(), target, latents)
    return 0.5 * (latents - target).square().sum() / latents.shape[0]


def _spread(latents: Tensor, views: int) -> Tensor:
    """Return the standard deviation of each set of `views` images (0: of each image), as [B, 1, 1, 1]."""
    together = views or 1
    std = latents.reshape(-1, together * latents[0].numel()).std(dim=1) + _STD_EPS  # [sets]
    return std.repeat_interleave(together)[:, None, None, None]
