"""Stable Diffusion's noise schedule and the DDIM sampler (Song et al. 2021, arXiv 2010.02502)."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 1000
"""Training steps of the schedule."""

BETA_FIRST, BETA_LAST = 0.00085, 0.012
"""Ends of "scaled linear": the square roots of the betas are spaced evenly."""

STEPS_OFFSET = 1
"""Added to every sampling step, as Stable Diffusion's own scheduler configuration does."""


def alphas_cumprod(device: torch.device | str = "cpu") -> Tensor:
    """Return ᾱ [1000], float32: the share of the signal's variance left after each step."""
    betas = torch.linspace(BETA_FIRST**0.5, BETA_LAST**0.5, STEPS, dtype=torch.float64) ** 2
    return (1 - betas).cumprod(0).to(torch.float32).to(device)


def add_noise(latents: Tensor, noise: Tensor, alpha: Tensor) -> Tensor:
    """Return x_t [B, …] = √ᾱ x + √(1 - ᾱ) noise (Ho et al. 2020, equation 4); `alpha` is ᾱ_t, broadcastable."""
    return alpha.sqrt() * latents + (1 - alpha).sqrt() * noise


def ddim_timesteps(count: int) -> list[int]:
    """Return the timesteps of a sampler of `count` steps, descending ("leading" spacing).

    Raises ValueError for a count outside 1 … 1000.
    """
    if not 1 <= count <= STEPS:
        raise ValueError(f"a sampler takes 1 to {STEPS} steps, not {count}")
    stride = STEPS // count
    return [i * stride + STEPS_OFFSET for i in reversed(range(count)) if i * stride + STEPS_OFFSET < STEPS]


def clean_latents(latents: Tensor, noise: Tensor, alpha: Tensor) -> Tensor:
    """Return the clean latents that a prediction of the `noise` in `latents` implies: `add_noise`, solved for x."""
    return (latents - (1 - alpha).sqrt() * noise) / alpha.sqrt()


def ddim_step(latents: Tensor, noise: Tensor, alpha: Tensor, alpha_next: Tensor) -> Tensor:
    """Take one deterministic DDIM step (eta 0): equation 12 with σ = 0; `noise` is the network's prediction.

    alpha, alpha_next  ᾱ of this step and of the next (ᾱ_0 after the last)
    """
    clean = clean_latents(latents, noise, alpha)
    return alpha_next.sqrt() * clean + (1 - alpha_next).sqrt() * noise


def apply_guidance(without: Tensor, with_prompt: Tensor, scale: float) -> Tensor:
    """Apply classifier-free guidance (Ho and Salimans 2022): away from the negative prompt, toward the prompt.

    without, with_prompt  noise predictions [B, 4, h, w]
    """
    return without + scale * (with_prompt - without)
