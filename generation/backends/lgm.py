"""Text to splats in one pass: MVDream generates four views, a matting network removes the background, LGM reconstructs.

The reference's text mode (Tang et al. 2024, section 3; its numbers are in configs/lgm.yaml). Seconds, not minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from generation.backends.candidates import finish
from generation.backends.contract import BackendUnusable, Generated, Generator, ImagePreview, Progress, Report
from generation.backends.learned import WeightFiles, best_candidate, read_weights_table
from generation.backends.options import LearnedOptions, read_options
from generation.networks import lgm, matting
from generation.networks.cameras import orbit_poses
from generation.networks.diffusion import COMPILING_CALLS, Condition, LatentDiffusion, compile_networks
from generation.networks.four_views import sample_views, view_cameras
from generation.weights import COLOUR_KEY
from splats.model import Splats
from splats.render import to_uint8

FRONT_FIRST = (1, 2, 3, 0)
"""MVDream's second view is the front; LGM takes the front first."""

_SAMPLED, _CUT_OUT, _BUILT = 0.9, 0.94, 0.98
"""Fractions of the work done after each stage."""


class LgmOptions(LearnedOptions):
    """`options:` of the YAML file; the shipped one gives each number's source."""

    diffusion: str = "mvdream"
    lgm: str = "lgm"
    matting: str = "matting"

    steps: int = Field(30, ge=1, le=1000)
    guidance: float = Field(7.5, ge=1, le=100)
    negative: str = ""
    elevation_deg: float = Field(0.0, gt=-90, lt=90)


@dataclass(frozen=True)
class LgmGenerator:
    """LGM's text mode with its networks loaded.

    masks  images [4, 3, H, W] → the object's opacity [4, 1, H, W]
    rays   Plücker coordinates [4, 6, H, W] of LGM's cameras
    """

    options: LgmOptions
    diffusion: LatentDiffusion
    masks: Callable[[Tensor], Tensor]
    network: lgm.Lgm
    rays: Tensor

    def __call__(self, prompt: str, seed: int, report: Report) -> Generated:
        """See `generation.backends.contract`. Raises ValueError when the views show nothing."""
        report(Progress(0.0, "reading"))
        views = self.generate_views(prompt, seed, report)[list(FRONT_FIRST)]  # [4, 3, H, W]
        grid = ImagePreview(to_uint8(_grid(views).permute(1, 2, 0)))
        report(Progress(_SAMPLED, "removing the background", grid))
        objects = matting.centred_on_white(views, self.masks(views))
        report(Progress(_CUT_OUT, "building"))
        splats = self.reconstruct(objects)
        report(Progress(_BUILT, "tidying", splats))
        return Generated(finish(splats))

    def generate_views(self, prompt: str, seed: int, report: Report, *, steps: int | None = None) -> Tensor:
        """Sample four views [4, 3, H, W] in [0, 1] of the prompt's object, at MVDream's azimuths."""
        steps = steps or self.options.steps
        options, model = self.options, self.diffusion
        texts = model.embed([options.negative, prompt + options.suffix])
        condition = Condition(texts, view_cameras(options.elevation_deg, model.device), options.guidance)
        generator = torch.Generator(model.device).manual_seed(seed)

        def on_step(done: int) -> None:
            report(Progress(_SAMPLED * done / steps, "painting"))

        return sample_views(model, condition, steps, generator, on_step)

    @torch.no_grad()
    def reconstruct(self, images: Tensor) -> Splats:
        """Return the splats of four images [4, 3, H, W] on white, front first; project axes, not yet normalised."""
        size = (self.network.input_px, self.network.input_px)
        if tuple(images.shape[-2:]) != size:
            images = functional.interpolate(images, size, mode="bilinear", align_corners=False)
        x = lgm.network_input(images, self.rays).to(self.network.conv.weight.dtype)
        return lgm.to_splats(lgm.activate_gaussians(self.network(x)))


def load(device: str, **given: object) -> Generator:
    """Load the generator's networks onto `device`. Raises BackendUnusable, SettingsError, WeightsUnusable."""
    options = read_options(LgmOptions, "lgm", given)
    names = [options.diffusion, options.tokenizer, options.lgm]
    names += [options.matting] if options.matting != COLOUR_KEY else []
    files = WeightFiles(read_weights_table(options.weights), names, device, options.dtype, offline=options.offline)

    diffusion = files.diffusion_model(options.diffusion, options.tokenizer)
    if diffusion.size.views != lgm.VIEWS:
        raise BackendUnusable(f"lgm needs a model of {lgm.VIEWS} views, which {options.diffusion!r} is not")
    network = files.lgm_model(options.lgm)
    if options.matting == COLOUR_KEY:
        masks: Callable[[Tensor], Tensor] = matting.colour_key
    else:
        masks = partial(matting.object_masks, files.matting_model(options.matting))

    poses = orbit_poses((0, 90, 180, 270), [options.elevation_deg] * lgm.VIEWS, lgm.RADIUS)
    rays = lgm.pluecker_rays(poses, network.input_px).to(files.device)
    generator = LgmGenerator(options, diffusion, masks, network, rays)
    if options.compiled:
        compile_networks(diffusion)
        generator.generate_views("", 0, lambda _progress: None, steps=COMPILING_CALLS)
    return best_candidate(generator, options)


def _grid(views: Tensor) -> Tensor:
    """Lay four images [4, 3, H, W] out row by row, as one [3, 2 H, 2 W]."""
    above, below = (torch.cat([left, right], dim=-1) for left, right in views.reshape(2, 2, *views.shape[1:]))
    return torch.cat([above, below], dim=-2)
