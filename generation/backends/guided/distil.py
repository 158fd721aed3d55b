"""Guidance by score distillation: MVDream (four views at once) or Stable Diffusion (each view by itself).

A prompt is embedded once; each step encodes the images, runs the denoiser and computes the loss.
"""

from __future__ import annotations

import torch
from torch import Tensor

from generation.backends.guided.guidance import Guide, Views
from generation.networks.cameras import FRONT_AZIMUTH_DEG, mvdream_cameras, orbit_poses
from generation.networks.diffusion import Condition, LatentDiffusion
from generation.networks.distillation import distillation_loss, reconstruction_loss, to_latents

FRONT_DEG, BACK_DEG = 60.0, 120.0
"""The prompt for Stable Diffusion ends in "front view" within 60°, "back view" beyond 120°, otherwise "side view"."""

DIRECTIONS = ("front", "side", "back")


class Distillation:
    """A `Guidance` by a diffusion model, with classifier-free guidance of `scale` away from the `negative` prompt.

    `rescale` None takes DreamGaussian's loss; a share in [0, 1] takes MVDream's (see `reconstruction_loss`).
    """

    def __init__(self, model: LatentDiffusion, *, scale: float, negative: str, rescale: float | None = None) -> None:
        self.device = model.device
        self._model = model
        self._scale = scale
        self._negative = negative
        self._rescale = rescale

    def prepare(self, prompt: str) -> Guide:
        """See `Guidance`."""
        return self._views_together(prompt) if self._model.size.views else self._views_alone(prompt)

    def _views_together(self, prompt: str) -> Guide:
        texts = self._model.embed([self._negative, prompt])  # [2, 77, C]

        def guide(images: Tensor, views: Views, t: int, generator: torch.Generator) -> Tensor:
            condition = Condition(texts, unet_cameras(views, self.device), self._scale)
            return self._loss(images, t, condition, generator, weighted=False)

        return guide

    def _views_alone(self, prompt: str) -> Guide:
        embedded = self._model.embed([self._negative, *(f"{prompt}, {name} view" for name in DIRECTIONS)])
        negative, by_direction = embedded[:1], dict(zip(DIRECTIONS, embedded[1:], strict=True))

        def guide(images: Tensor, views: Views, t: int, generator: torch.Generator) -> Tensor:
            towards = torch.stack([by_direction[direction(azimuth)] for azimuth in views.azimuths_deg])  # [V, 77, C]
            texts = torch.cat([negative.expand_as(towards), towards])
            return self._loss(images, t, Condition(texts, None, self._scale), generator, weighted=True)

        return guide

    def _loss(
        self, images: Tensor, t: int, condition: Condition, generator: torch.Generator, *, weighted: bool
    ) -> Tensor:
        latents = to_latents(self._model, images.permute(0, 3, 1, 2), generator)
        noise = torch.randn(latents.shape, generator=generator, device=latents.device)
        if self._rescale is not None:
            return reconstruction_loss(self._model, latents, noise, t, condition, rescale=self._rescale)
        return distillation_loss(self._model, latents, noise, t, condition, weighted=weighted)


def unet_cameras(views: Views, device: torch.device) -> Tensor:
    """Return MVDream's cameras [V, 16] of `views`, turned so that its objects face our azimuth 0."""
    azimuths = [azimuth + FRONT_AZIMUTH_DEG for azimuth in views.azimuths_deg]
    cameras = mvdream_cameras(orbit_poses(azimuths, views.elevations_deg))
    if device.type == "cuda":
        return cameras.pin_memory().to(device, non_blocking=True)
    return cameras.to(device)


def direction(azimuth_deg: float) -> str:
    """Return which of DIRECTIONS is visible from `azimuth_deg` (0 is the front)."""
    away = abs((azimuth_deg + 180) % 360 - 180)
    if away < FRONT_DEG:
        return "front"
    return "side" if away < BACK_DEG else "back"
