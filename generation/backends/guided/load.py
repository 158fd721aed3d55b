"""The guided generator from its YAML options: networks loaded once, then a prompt is optimised into splats."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field, ValidationError

from generation.backends.candidates import best_of, finish
from generation.backends.contract import BackendUnusable, Generated, Generator, Progress, Report
from generation.backends.guided.distil import Distillation
from generation.backends.guided.guidance import Guidance
from generation.backends.guided.optimise import optimise
from generation.backends.guided.settings import Optimisation, Section
from generation.backends.learned import Shelf, scorer_of, table_of
from generation.networks.diffusion import compile_networks
from serving.errors import describe_validation
from splats.errors import RendererMissing
from splats.model import normalise
from splats.render import warm_up

_OPTIMISED = 0.99
"""Share of the work done when the last step is."""


class GuidedOptions(Section):
    """`options:` of the YAML file; the shipped ones give each number's source."""

    weights: str | None = None
    diffusion: str = "mvdream"
    tokenizer: str = "tokenizer"
    offline: bool = False
    dtype: str = "bfloat16"
    compiled: bool = False

    guidance: float = Field(100.0, ge=1, le=1000)
    suffix: str = ""
    negative: str = ""
    optimisation: Optimisation = Optimisation()

    candidates: int = Field(1, ge=1, le=64)
    judge: str | None = None
    keep_floaters: bool = False


@dataclass(frozen=True)
class GuidedPipeline:
    """A generator once its guidance is there."""

    options: GuidedOptions
    guidance: Guidance

    def __call__(self, prompt: str, seed: int, report: Report) -> Generated:
        """See `generation.backends.contract`. Raises ValueError when nothing visible is left."""
        report(Progress(0.0, "reading"))
        guide = self.guidance.prepare(prompt + self.options.suffix)

        def part(progress: Progress) -> None:
            report(Progress(_OPTIMISED * progress.fraction, progress.stage, progress.preview))

        splats = optimise(guide, self.options.optimisation, seed, self.guidance.device, part)
        report(Progress(_OPTIMISED, "tidying", splats))
        return Generated(normalise(splats.to("cpu")) if self.options.keep_floaters else finish(splats))


def load(device: str, **given: object) -> Generator:
    """The generator with its networks on `device`. Raises BackendUnusable, SettingsError, WeightsUnusable."""
    try:
        options = GuidedOptions.model_validate(given)
    except ValidationError as error:
        raise BackendUnusable(f"options of guided: {describe_validation(error.errors())}") from error
    names = [options.diffusion, options.tokenizer]
    shelf = Shelf(table_of(options.weights), names, device, options.dtype, offline=options.offline)
    try:
        warm_up(shelf.device)
    except RendererMissing as error:
        raise BackendUnusable(str(error)) from error
    model = shelf.diffusion_model(options.diffusion, options.tokenizer)
    _fit(options.optimisation, model.size.views, options.diffusion)
    if options.compiled:
        compile_networks(model)
    guidance = Distillation(model, scale=options.guidance, negative=options.negative)
    try:
        return best_of(GuidedPipeline(options, guidance), options.candidates, scorer_of(options.judge))
    except ValueError as error:
        raise BackendUnusable(f"{error}: set judge to a validation service's address") from error


def _fit(settings: Optimisation, together: int, name: str) -> None:
    """Views must come as the model was trained on them: MVDream's four at right angles and one elevation."""
    views = settings.views
    if together and (views.layout != "ring" or views.count != together):
        raise BackendUnusable(f"{name!r} sees {together} views together: views need count {together} and layout ring")
