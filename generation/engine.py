"""A prompt becomes files: the generator and the encoders, without queue or transport.

Everything here runs on a worker thread and is handed in, so that tests can hand in something small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from generation.backends.contract import Generator, Progress, Report
from serving.settings import SettingsError
from splats.model import Splats

Encoder = Callable[[Splats, int, Callable[[float], None]], bytes]
"""(splats, size in pixels where the format has one, hears the finished share) → the file's bytes."""

_GENERATE_SHARE = {"mp4": 0.3}
"""How much of the whole the generator is, by the format asked for; a turntable takes longer than the object."""
_GENERATE_SHARE_OTHERWISE = 0.95


class UnknownBackend(SettingsError):
    """The configuration names a generator that does not exist."""


@dataclass(frozen=True)
class Engine:
    """What the service computes with.

    backend    its name, for /version/
    load       makes the generator for a device ("cpu", "cuda:1"), once for each
    renderer   the renderer's name and build, for /version/; asked after `load`
    encoders   by format: ply, spz, mp4, png
    decode     bytes of a PLY or SPZ back to splats
    half_turn  the splats with y down
    """

    backend: str
    load: Callable[[str], Generator]
    renderer: Callable[[], str]
    encoders: Mapping[str, Encoder]
    decode: Callable[[bytes], Splats]
    half_turn: Callable[[Splats], Splats]


@dataclass(frozen=True)
class Wanted:
    """One file to make: its format, its size in pixels where it has one (0: the default), whether with y down."""

    name: str
    size_px: int = 0
    turned: bool = False


@dataclass(frozen=True)
class Produced:
    """The files of one job, in the order they were asked for."""

    understood: str | None
    splat_count: int
    files: dict[str, bytes]


def produce(
    engine: Engine, generator: Generator, prompt: str, seed: int, wanted: tuple[Wanted, ...], report: Report
) -> Produced:
    """Generate and encode. Raises Cancelled through `report`, and whatever the generator or an encoder raises."""
    share = min(_GENERATE_SHARE.get(want.name, _GENERATE_SHARE_OTHERWISE) for want in wanted)
    generated = generator(prompt, seed, lambda p: report(Progress(p.fraction * share, p.stage, p.preview)))
    files = {}
    for i, want in enumerate(wanted):
        stage = "rendering" if want.name in {"mp4", "png"} else "encoding"

        def advance(done: float, i: int = i, stage: str = stage) -> None:
            report(Progress(share + (1 - share) * (i + done) / len(wanted), stage))

        advance(0.0)
        splats = engine.half_turn(generated.splats) if want.turned else generated.splats
        files[want.name] = engine.encoders[want.name](splats, want.size_px, advance)
    return Produced(generated.understood, len(generated.splats), files)


def build_engine(backend: str, options: Mapping[str, object]) -> Engine:
    """The real thing. Raises UnknownBackend; costs nothing until `load`."""
    from generation.backends import LOADERS  # noqa: PLC0415  torch and PyAV load here, after the flags were read
    from splats.codecs import decode, encode_ply, encode_spz  # noqa: PLC0415
    from splats.render import renderer_name  # noqa: PLC0415
    from splats.turn import half_turn_x  # noqa: PLC0415
    from splats.video import picture_png, turntable_mp4  # noqa: PLC0415

    if backend not in LOADERS:
        raise UnknownBackend(f"no generator is called {backend!r}; there are: {', '.join(sorted(LOADERS))}")

    def mp4(splats: Splats, size_px: int, advance: Callable[[float], None]) -> bytes:
        return turntable_mp4(splats, size_px=size_px or 1088, on_progress=advance)

    encoders: dict[str, Encoder] = {
        "ply": lambda splats, _size, _advance: encode_ply(splats),
        "spz": lambda splats, _size, _advance: encode_spz(splats),
        "png": lambda splats, size_px, _advance: picture_png(splats, size_px=size_px or 512),
        "mp4": mp4,
    }

    def load(device: str) -> Generator:
        generator = LOADERS[backend](device, **options)
        warm_up(encoders)
        return generator

    return Engine(backend, load, renderer_name, encoders, decode, half_turn_x)


def warm_up(encoders: Mapping[str, Encoder]) -> None:
    """Make one small file of each kind, so that no client waits while code is compiled for its first use."""
    count = 64
    splats = Splats(
        means=torch.rand(count, 3, generator=torch.Generator().manual_seed(0)),
        quats=torch.tensor([1.0, 0, 0, 0]).repeat(count, 1),
        scales=torch.full((count, 3), 0.1),
        opacities=torch.full((count,), 0.9),
        sh=torch.zeros(count, 1, 3),
    )
    for encode in encoders.values():
        encode(splats, 64, lambda _share: None)
