"""Text to four views of one object: MVDream sampled with DDIM, as LGM's text mode does."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from generation.networks import autoencoder
from generation.networks.cameras import mvdream_cameras, orbit_poses
from generation.networks.diffusion import Condition, LatentDiffusion
from generation.networks.schedule import ddim_step, ddim_timesteps, guided

VIEWS = 4
AZIMUTHS_DEG = (0.0, 90.0, 180.0, 270.0)
"""In MVDream's world, whose objects look toward azimuth 90: the second view is the front."""


def view_cameras(elevation_deg: float, device: torch.device) -> Tensor:
    """Cameras [4, 16] of the four views; a positive elevation is above."""
    return mvdream_cameras(orbit_poses(AZIMUTHS_DEG, [elevation_deg] * VIEWS)).to(device)


def sample(
    model: LatentDiffusion, latents: Tensor, condition: Condition, steps: int, report: Callable[[int], None]
) -> Tensor:
    """Denoised latents [B, 4, h, w] from pure noise `latents` [B, 4, h, w]; `report` hears of each finished step."""
    times = ddim_timesteps(steps)
    for done, t in enumerate(times, start=1):
        noise = guided(*model.predict(latents, t, condition), condition.scale)
        later = max(t - 1000 // steps, 0)
        latents = ddim_step(latents, noise, model.alphas[t], model.alphas[later])
        report(done)
    return latents


@torch.no_grad()
def four_views(
    model: LatentDiffusion, condition: Condition, steps: int, generator: torch.Generator, report: Callable[[int], None]
) -> Tensor:
    """Pictures [4, 3, H, W] in [0, 1] at AZIMUTHS_DEG. `generator` lies on the model's device."""
    side = model.size.latent_px
    noise = torch.randn((VIEWS, 4, side, side), generator=generator, device=model.device)
    return autoencoder.decode(model.vae, sample(model, noise, condition, steps, report))
