"""Text to splats in one pass: MVDream paints four views, a matting network frees the object, LGM makes splats of them.

The reference's text mode (Tang et al. 2024, section 3; its numbers are in configs/lgm.yaml). Seconds, not minutes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor
from torch.nn import functional

from generation.backends.candidates import best_of, finish
from generation.backends.contract import BackendUnusable, Generated, Generator, Progress, Report
from generation.backends.learned import Shelf, scorer_of, table_of
from generation.networks import lgm, matting
from generation.networks.cameras import orbit_poses
from generation.networks.diffusion import Condition, LatentDiffusion, compile_networks
from generation.networks.four_views import four_views, view_cameras
from serving.errors import describe_validation
from splats.model import Splats
from splats.render import to_uint8

FRONT_FIRST = (1, 2, 3, 0)
"""MVDream's second view is the front; LGM takes the front first."""

COLOUR_KEY = "colour-key"
"""Named as `matting`, the plain background is keyed out by its colour instead of by a network."""

_SAMPLED, _FREED, _BUILT = 0.9, 0.94, 0.98
"""Shares of the work done after each stage."""


class LgmOptions(BaseModel):
    """`options:` of the YAML file; the shipped one gives each number's source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: str | None = None
    diffusion: str = "mvdream"
    tokenizer: str = "tokenizer"
    lgm: str = "lgm"
    matting: str = "matting"
    offline: bool = False
    dtype: str = "bfloat16"
    compiled: bool = False

    steps: int = Field(30, ge=1, le=1000)
    guidance: float = Field(7.5, ge=1, le=100)
    elevation_deg: float = Field(0.0, gt=-90, lt=90)
    suffix: str = ""
    negative: str = ""

    candidates: int = Field(1, ge=1, le=64)
    judge: str | None = None


@dataclass(frozen=True)
class LgmPipeline:
    """A generator once its networks are loaded; `masks` gives the object's opacity [4, 1, H, W] in four pictures."""

    options: LgmOptions
    diffusion: LatentDiffusion
    masks: Callable[[Tensor], Tensor]
    network: lgm.Lgm
    rays: Tensor

    def __call__(self, prompt: str, seed: int, report: Report) -> Generated:
        """See `generation.backends.contract`. Raises ValueError when the views show nothing."""
        report(Progress(0.0, "reading"))
        views = self.paint(prompt, seed, report)  # [4, 3, H, W]
        views = views[list(FRONT_FIRST)]
        report(Progress(_SAMPLED, "freeing the object", _png(_grid(views))))
        freed = matting.centred_on_white(views, self.masks(views))
        report(Progress(_FREED, "building"))
        splats = self.build(freed)
        report(Progress(_BUILT, "tidying", splats))
        return Generated(finish(splats), images=tuple(_png(view) for view in views))

    def paint(self, prompt: str, seed: int, report: Report) -> Tensor:
        """Four views [4, 3, H, W] in [0, 1] of what the prompt says, at MVDream's azimuths."""
        options, model = self.options, self.diffusion
        texts = model.embed([options.negative, prompt + options.suffix])
        condition = Condition(texts, view_cameras(options.elevation_deg, model.device), options.guidance)
        generator = torch.Generator(model.device).manual_seed(seed)

        def sampled(done: int) -> None:
            report(Progress(_SAMPLED * done / options.steps, "painting"))

        return four_views(model, condition, options.steps, generator, sampled)

    @torch.no_grad()
    def build(self, images: Tensor) -> Splats:
        """Splats of four pictures [4, 3, H, W] on white, the front first; in the project's axes, not yet normalised."""
        size = (self.network.input_px, self.network.input_px)
        if tuple(images.shape[-2:]) != size:
            images = functional.interpolate(images, size, mode="bilinear", align_corners=False)
        x = lgm.network_input(images, self.rays).to(self.diffusion.dtype)
        return lgm.to_splats(lgm.activate(self.network(x)))


def load(device: str, **given: object) -> Generator:
    """The generator with its networks on `device`. Raises BackendUnusable, SettingsError, WeightsUnusable."""
    try:
        options = LgmOptions.model_validate(given)
    except ValidationError as error:
        raise BackendUnusable(f"options of lgm: {describe_validation(error.errors())}") from error
    names = [options.diffusion, options.tokenizer, options.lgm]
    names += [options.matting] if options.matting != COLOUR_KEY else []
    shelf = Shelf(table_of(options.weights), names, device, options.dtype, offline=options.offline)
    diffusion = shelf.diffusion_model(options.diffusion, options.tokenizer)
    if diffusion.size.views != lgm.VIEWS:
        raise BackendUnusable(f"lgm needs a model of {lgm.VIEWS} views; {options.diffusion!r} is none")
    if options.compiled:
        compile_networks(diffusion)
    network = shelf.lgm_model(options.lgm)
    masks = (
        matting.colour_key
        if options.matting == COLOUR_KEY
        else partial(matting.object_masks, shelf.matting_model(options.matting))
    )
    poses = orbit_poses((0, 90, 180, 270), [0.0] * lgm.VIEWS, lgm.RADIUS)
    rays = lgm.pluecker_rays(poses, network.input_px).to(shelf.device)
    pipeline = LgmPipeline(options, diffusion, masks, network, rays)
    try:
        return best_of(pipeline, options.candidates, scorer_of(options.judge))
    except ValueError as error:
        raise BackendUnusable(f"{error}: set judge to a validation service's address") from error


def _grid(views: Tensor) -> Tensor:
    """One picture [3, 2 H, 2 W] of four [4, 3, H, W], row by row."""
    above, below = (torch.cat([left, right], dim=-1) for left, right in views.reshape(2, 2, *views.shape[1:]))
    return torch.cat([above, below], dim=-2)


def _png(image: Tensor) -> bytes:
    """The file of a picture [3, H, W] in [0, 1]."""
    file = io.BytesIO()
    Image.fromarray(to_uint8(image.permute(1, 2, 0)).cpu().numpy()).save(file, "PNG")
    return file.getvalue()
