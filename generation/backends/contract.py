"""What every text-to-splat generator is: one callable. It knows nothing of jobs, queues, HTTP or prompts' meaning.

A generator takes a prompt (text), a seed (0 … 2³²−1) and `report`, and returns `Generated`. It is made once by its
loader and called once at a time. It calls `report` at least every 0.2 s of work (or once a step, where a step takes
longer); `report` raises `Cancelled` when nobody wants the result any more, and the generator lets it through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from splats.model import Splats


class BackendUnusable(Exception):
    """Raised by a loader for a device or options it cannot work with; one line for the operator."""


class Cancelled(Exception):
    """Raised by `report` inside a generator when its job is gone."""


Preview = Splats | bytes
"""What there is to see of an unfinished object: splats, which are drawn when somebody looks, or a PNG drawn already."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a generation is: `fraction` in [0, 1], `stage` in a word or two, and perhaps a rough first look."""

    fraction: float
    stage: str
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """A finished object: normalised splats, what was understood of the prompt, and encoded pictures made on the way."""

    splats: Splats
    understood: str | None = None
    images: tuple[bytes, ...] = ()


Report = Callable[[Progress], None]
"""Takes a `Progress`; raises `Cancelled` when the job is gone."""

Generator = Callable[[str, int, Report], Generated]
"""(prompt, seed, report) → Generated."""
