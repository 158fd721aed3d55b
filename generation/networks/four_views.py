"""Text to four views of one object: MVDream sampled with DDIM, as in LGM's text mode."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from generation.networks import autoencoder
from generation.networks.cameras import mvdream_cameras, orbit_poses
from generation.networks.diffusion import Condition, LatentDiffusion
from generation.networks.schedule import apply_guidance, ddim_step, ddim_timesteps

VIEWS = 4
AZIMUTHS_DEG = (0.0, 90.0, 180.0, 270.0)
"""In MVDream's world, whose objects face azimuth 90: the second view is the front."""


def view_cameras(elevation_deg: float, device: torch.device) -> Tensor:
    """Return the cameras [4, 16] of the four views; a positive elevation is above."""
    return mvdream_cameras(orbit_poses(AZIMUTHS_DEG, [elevation_deg] * VIEWS)).to(device)


def denoise(
    model: LatentDiffusion, latents: Tensor, condition: Condition, steps: int, on_step: Callable[[int], None]
) -> Tensor:
    """Denoise pure noise `latents` [B, 4, h, w]; `on_step` is called with the number of finished steps."""
    times = ddim_timesteps(steps)
    for done, t in enumerate(times, start=1):
        noise = apply_guidance(*model.predict(latents, t, condition), condition.scale)
        later = max(t - 1000 // steps, 0)
        latents = ddim_step(latents, noise, model.alphas[t], model.alphas[later])
        on_step(done)
    return latents


@torch.no_grad()
def sample_views(
    model: LatentDiffusion, condition: Condition, steps: int, generator: torch.Generator, on_step: Callable[[int], None]
) -> Tensor:
    """Sample images [4, 3, H, W] in [0, 1] at AZIMUTHS_DEG. `generator` is on the model's device."""
    side = model.size.latent_px
    noise = torch.randn((VIEWS, 4, side, side), generator=generator, device=model.device)
    return autoencoder.decode(model.vae, denoise(model, noise, condition, steps, on_step))
