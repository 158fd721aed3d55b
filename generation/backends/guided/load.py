"""The guided generator: load the networks once, then optimise splats for each prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from pydantic import Field

from generation.backends.candidates import finish
from generation.backends.contract import BackendUnusable, Generated, Generator, Progress, Report
from generation.backends.guided.distil import Distillation
from generation.backends.guided.guidance import Guidance
from generation.backends.guided.optimise import optimise
from generation.backends.guided.plan import plan_steps
from generation.backends.guided.settings import Optimisation
from generation.backends.learned import WeightFiles, best_candidate, read_weights_table
from generation.backends.options import LearnedOptions, read_options
from generation.networks.diffusion import COMPILING_CALLS, compile_networks
from splats.errors import RendererMissing
from splats.model import normalise
from splats.render import warm_up

_OPTIMISED = 0.99
"""Fraction of the work done after the last step."""


class GuidedOptions(LearnedOptions):
    """`options:` of the YAML file; the shipped ones give each number's source."""

    diffusion: str = "mvdream"
    negative: str = ""
    guidance: float = Field(100.0, ge=1, le=1000)
    loss: Literal["sds", "x0"] = "sds"
    recon_std_rescale: float = Field(0.5, ge=0, le=1)
    optimisation: Optimisation = Optimisation()
    keep_floaters: bool = False


@dataclass(frozen=True)
class GuidedGenerator:
    """Optimises splats for a prompt; its guidance is loaded."""

    options: GuidedOptions
    guidance: Guidance

    def __call__(self, prompt: str, seed: int, report: Report) -> Generated:
        """See `generation.backends.contract`. Raises ValueError when nothing visible is left."""
        report(Progress(0.0, "reading"))
        guide = self.guidance.prepare(prompt + self.options.suffix)

        def report_share(progress: Progress) -> None:
            report(Progress(_OPTIMISED * progress.fraction, progress.stage, progress.preview))

        splats = optimise(guide, self.options.optimisation, seed, self.guidance.device, report_share)
        report(Progress(_OPTIMISED, "tidying", splats))
        return Generated(normalise(splats.to("cpu")) if self.options.keep_floaters else finish(splats))


def load(device: str, **given: object) -> Generator:
    """Load the generator's networks onto `device`. Raises BackendUnusable, SettingsError, WeightsUnusable."""
    options = read_options(GuidedOptions, "guided", given)
    if options.dtype == "bfloat16":
        raise BackendUnusable("dtype bfloat16 is too coarse for guidance, which amplifies its rounding; use float16")
    names = [options.diffusion, options.tokenizer]
    files = WeightFiles(read_weights_table(options.weights), names, device, options.dtype, offline=options.offline)
    try:
        warm_up(files.device)
    except RendererMissing as error:
        raise BackendUnusable(str(error)) from error

    model = files.diffusion_model(options.diffusion, options.tokenizer)
    _check_views(options.optimisation, model.size.views, options.diffusion)
    rescale = options.recon_std_rescale if options.loss == "x0" else None
    guidance = Distillation(model, scale=options.guidance, negative=options.negative, rescale=rescale)
    if options.compiled:
        compile_networks(model)
        _take_steps(guidance, options.optimisation, COMPILING_CALLS)
    return best_candidate(GuidedGenerator(options, guidance), options)


def _take_steps(guidance: Guidance, settings: Optimisation, count: int) -> None:
    """Run the networks forward and backward on black images, as `count` steps of a job do."""
    guide, noise = guidance.prepare(""), torch.Generator(guidance.device).manual_seed(0)
    for step in plan_steps(settings, guidance.device, torch.Generator().manual_seed(0))[:count]:
        size = (len(step.views), step.views.cameras.height, step.views.cameras.width, 3)
        images = torch.zeros(size, device=guidance.device, requires_grad=True)
        torch.autograd.backward(guide(images, step.views, step.t, noise))


def _check_views(settings: Optimisation, together: int, name: str) -> None:
    """Check that the views are as the model was trained: for MVDream, four at right angles and one elevation."""
    views = settings.views
    if together and (views.layout != "ring" or views.count != together):
        raise BackendUnusable(f"{name!r} needs {together} views together: set views to count {together}, layout ring")
