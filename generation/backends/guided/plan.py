"""Views and timesteps of all steps, drawn before the first one so that the loop never waits for the host."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from generation.backends.guided.guidance import Views
from generation.backends.guided.settings import Optimisation, Timesteps, Viewing
from splats.camera import orbit
from splats.model import Cameras


@dataclass(frozen=True, slots=True)
class OptimisationStep:
    """One step: its number from 1, its views on the device, its timestep in 0 … 999."""

    number: int
    views: Views
    t: int


def plan_steps(settings: Optimisation, device: torch.device, generator: torch.Generator) -> list[OptimisationStep]:
    """Draw all steps. `generator` is on the CPU; cameras and backgrounds are moved to `device` once, all together."""
    steps, count = settings.steps, settings.views.count
    azimuths, elevations = _directions(settings.views, steps, generator)
    white = torch.rand(steps, generator=generator) < settings.views.white_share  # [S]
    backgrounds = white.float()[:, None].expand(steps, 3).to(device)  # [S, 3]
    times = [_timestep(settings.timesteps, (i + 1) / steps, generator) for i in range(steps)]
    sizes = [render_px(settings.views, (i + 1) / steps) for i in range(steps)]
    flat = [(a, e) for ring, level in zip(azimuths, elevations, strict=True) for a, e in zip(ring, level, strict=True)]
    cameras_by_px = {
        px: orbit([a for a, _ in flat], [e for _, e in flat], radius=settings.views.radius, width=px, height=px).to(
            device
        )
        for px in sorted(set(sizes))
    }
    plan = []
    for i, px in enumerate(sizes):
        of_step = slice(i * count, (i + 1) * count)
        cameras = Cameras(cameras_by_px[px].viewmats[of_step], cameras_by_px[px].Ks[of_step], px, px)
        views = Views(cameras, tuple(azimuths[i]), tuple(elevations[i]), backgrounds[i])
        plan.append(OptimisationStep(i + 1, views, times[i]))
    return plan


def render_px(views: Viewing, progress: float) -> int:
    """Return the image size at `progress` in (0, 1]: the first resolution whose `until` is later, else the last."""
    for resolution in views.resolutions:
        if progress < resolution.until:
            return resolution.px
    return views.resolutions[-1].px


def _directions(views: Viewing, steps: int, generator: torch.Generator) -> tuple[list[list[float]], list[list[float]]]:
    """Draw azimuths and elevations in whole degrees, by step and view, as the first implementation does."""
    low, high = math.ceil(views.elevation_low_deg), math.ceil(views.elevation_high_deg)  # half open
    drawn = 1 if views.layout == "ring" else views.count
    azimuths = torch.randint(-180, 180, (steps, drawn), generator=generator).double()  # [S, 1 or V]
    elevations = torch.randint(low, max(high, low + 1), (steps, drawn), generator=generator).double()
    if views.layout == "ring":
        azimuths = azimuths + torch.arange(views.count) * (360 / views.count)  # [S, V]
        elevations = elevations.expand(steps, views.count)
    return azimuths.tolist(), elevations.tolist()


def _timestep(times: Timesteps, progress: float, generator: torch.Generator) -> int:
    if times.annealed:
        return min(max(round((1 - progress) * 1000), times.low), times.high)
    return int(torch.randint(times.low, times.high + 1, (), generator=generator))
