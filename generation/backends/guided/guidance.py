"""The contract between the optimisation and the networks that guide it: a `Guidance`, loaded once, makes one `Guide`
per prompt.

Implementations: score distillation with MVDream or Stable Diffusion, and images of a known object in tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from splats.model import Cameras


@dataclass(frozen=True, slots=True)
class Views:
    """The V views of one step, in the axes of `splats.model`: azimuth 0 looks from +z, positive elevation is above.

    Several sets of MVDream's four views follow one another: index = set · 4 + view, azimuths 90° apart.

    cameras              V cameras, world-to-camera, OpenCV axes, of the rendered size
    azimuths_deg [V]     plain numbers on the host: reading them costs no synchronisation
    elevations_deg [V]   the same
    background [3]       colour behind the object in all V views
    """

    cameras: Cameras
    azimuths_deg: tuple[float, ...]
    elevations_deg: tuple[float, ...]
    background: Tensor

    def __len__(self) -> int:
        return len(self.azimuths_deg)


Guide = Callable[[Tensor, Views, int, torch.Generator], Tensor]
"""(images [V, H, W, 3] in [0, 1], float32, with gradient; their views; timestep t in 0 … 999; a generator on
the images' device) → the loss, a scalar tensor on that device, whose gradient with respect to the images is the
guidance. It neither synchronises with the host nor touches a global seed."""


class Guidance(Protocol):
    """Networks that judge images. Loaded once; used by one generation at a time."""

    device: torch.device
    """Device of the networks, on which the splats are optimised."""

    def prepare(self, prompt: str) -> Guide:
        """Embed the prompt once; the guide is then called every step."""
        ...
