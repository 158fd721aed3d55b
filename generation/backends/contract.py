"""The contract of every text-to-splat generator, which is one callable.

It takes a prompt (text), a seed (0 … 2³²−1) and `report`, and returns `Generated`. It is loaded once and
runs one call at a time. It calls `report` at least every 0.2 s, or once a step where a step takes longer; `report`
raises `Cancelled` when the result is no longer wanted, which the generator must not catch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from splats.model import Splats
from splats.png import encode_png


class BackendUnusable(Exception):
    """Raised by a loader for a device or options that it cannot use; one line for the operator."""


class Cancelled(Exception):
    """Raised by `report` inside a generator when its job has ended."""


class GenerationFailed(Exception):
    """Raised by a generator that can say why it made no object.

    code     for programs, such as "empty_structure"
    message  for people: what happened and what to change; it may not contain the prompt
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class ImagePreview:
    """An image of the unfinished object: `pixels` [H, W, 3], 8 bits, on any device."""

    pixels: Tensor

    @cached_property
    def png(self) -> bytes:
        """The image as PNG, encoded when a client first asks for it."""
        return encode_png(self.pixels)


Preview = Splats | ImagePreview
"""An unfinished object, which is rendered or encoded when a client asks for it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a generation: `fraction` in [0, 1], `stage` in a word or two, and sometimes a preview."""

    fraction: float
    stage: str
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """A finished object: normalised splats, what was understood of the prompt, and encoded images, if any."""

    splats: Splats
    understood: str | None = None
    images: tuple[bytes, ...] = ()


Report = Callable[[Progress], None]
"""Takes a `Progress`; raises `Cancelled` when the job has ended."""

Generator = Callable[[str, int, Report], Generated]
"""(prompt, seed, report) → Generated."""
