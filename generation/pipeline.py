"""Turn a prompt into files: the generator, then the encoders. No queue, no transport.

Runs on the worker threads. Generator and encoders are arguments, so that tests can pass small ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from generation.backends import LOADERS
from generation.backends.contract import Generator, Progress, Report
from generation.work.jobs import Encoder, File, JobResult, Recipe
from serving.settings import SettingsError
from splats.codecs import encode_ply, encode_spz
from splats.model import Splats
from splats.render import renderer_name
from splats.turn import half_turn_x
from splats.video import image_png, turntable_mp4

_GENERATOR_SHARE = {"mp4": 0.3}
"""The generator's share of a job's progress, by format; a turntable takes longer than the object."""
_GENERATOR_SHARE_OTHERWISE = 0.95

_RENDERED = frozenset({"mp4", "png"})


class UnknownBackend(SettingsError):
    """The configuration names a generator that does not exist."""


@dataclass(frozen=True)
class Pipeline:
    """The generator and the encoders that the service uses.

    backend        the generator's name, for /version/
    load           loads the generator for a device ("cpu", "cuda:1"); called once for each device
    renderer_name  returns the renderer's name and build, for /version/; called after `load`
    encoders       by format: ply, spz, mp4, png; spz2 writes version 2 of SPZ
    """

    backend: str
    load: Callable[[str], Generator]
    renderer_name: Callable[[], str]
    encoders: Mapping[str, Encoder]

    def produce(
        self, generator: Generator, prompt: str, seed: int, recipe: Recipe[File], report: Report
    ) -> JobResult[File]:
        """Generate the object, then encode and store each output of the recipe.

        Raises Cancelled through `report`, and whatever the generator or an encoder raises.
        """
        share = min(_GENERATOR_SHARE.get(output.format, _GENERATOR_SHARE_OTHERWISE) for output in recipe.outputs)
        generated = generator(prompt, seed, lambda p: report(Progress(p.fraction * share, p.stage, p.preview)))

        encoded: dict[str, bytes] = {}
        for i, output in enumerate(recipe.outputs):
            stage = "rendering" if output.format in _RENDERED else "encoding"

            def advance(done: float, i: int = i, stage: str = stage) -> None:
                report(Progress(share + (1 - share) * (i + done) / len(recipe.outputs), stage))

            advance(0.0)
            splats = half_turn_x(generated.splats) if output.y_down else generated.splats
            encoded[output.format] = self.encoders[output.encoder or output.format](splats, output.size_px, advance)

        files = {name: recipe.store(data) for name, data in encoded.items()}
        return JobResult(generated.understood, len(generated.splats), files)


def build_pipeline(backend: str, options: Mapping[str, object]) -> Pipeline:
    """Return the pipeline of the named backend; nothing is loaded yet. Raises UnknownBackend."""
    if backend not in LOADERS:
        raise UnknownBackend(f"no generator is called {backend!r}; choose one of: {', '.join(sorted(LOADERS))}")
    encoders: dict[str, Encoder] = {
        "ply": lambda splats, _size_px, _advance: encode_ply(splats),
        "spz": lambda splats, _size_px, _advance: encode_spz(splats),
        "spz2": lambda splats, _size_px, _advance: encode_spz(splats, 2),
        "png": lambda splats, size_px, _advance: image_png(splats, size_px=size_px or 512),
        "mp4": lambda splats, size_px, advance: turntable_mp4(splats, size_px=size_px or 1088, on_progress=advance),
    }

    def load(device: str) -> Generator:
        generator = LOADERS[backend](device, **options)
        warm_up_encoders(encoders)
        return generator

    return Pipeline(backend, load, renderer_name, encoders)


def warm_up_encoders(encoders: Mapping[str, Encoder]) -> None:
    """Encode one small file of each format, so that no client waits for code to be compiled."""
    count = 64
    splats = Splats(
        means=torch.rand(count, 3, generator=torch.Generator().manual_seed(0)),
        quats=torch.tensor([1.0, 0, 0, 0]).repeat(count, 1),
        scales=torch.full((count, 3), 0.1),
        opacities=torch.full((count,), 0.9),
        sh=torch.zeros(count, 1, 3),
    )
    for encode in encoders.values():
        encode(splats, 64, lambda _fraction: None)
