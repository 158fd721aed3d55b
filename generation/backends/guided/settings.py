"""Every number of the optimisation, as `options:` of a guided YAML file gives it. The shipped files say its source.

Knows nothing of torch: a wrong option is told before anything is loaded.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A part of the options: fixed once read; an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Blob(Section):
    """What the optimisation starts from: grey splats strewn evenly through a ball."""

    splats: Annotated[int, Field(ge=4, le=1_000_000)] = 5000
    radius: Positive = 0.5
    opacity: Annotated[float, Field(gt=0, lt=1)] = 0.1


class Resolution(Section):
    """Side of the pictures in pixels, for progress below `until`."""

    until: Share
    px: Annotated[int, Field(ge=16, le=2048)]


class Viewing(Section):
    """Where each step looks from.

    layout  "ring": azimuths 360° / count apart at one elevation (MVDream); "scattered": each view by itself
    """

    count: Annotated[int, Field(ge=1, le=64)] = 4
    layout: Literal["ring", "scattered"] = "ring"
    radius: Positive = 2.5
    elevation_low_deg: Annotated[float, Field(gt=-90, lt=90)] = -30.0
    elevation_high_deg: Annotated[float, Field(gt=-90, lt=90)] = 30.0
    white_share: Share = 0.5
    resolutions: Annotated[tuple[Resolution, ...], Field(min_length=1)] = (
        Resolution(until=0.3, px=128),
        Resolution(until=0.6, px=256),
        Resolution(until=1.0, px=512),
    )

    @model_validator(mode="after")
    def _ordered(self) -> Viewing:
        if self.elevation_low_deg > self.elevation_high_deg:
            raise ValueError("elevation_low_deg must not be above elevation_high_deg")
        return self


class Rates(Section):
    """Adam's learning rates; that of the positions falls exponentially over `position_steps`, then stays."""

    position_first: Positive = 0.01
    position_last: Positive = 0.0002
    position_steps: Annotated[int, Field(ge=1)] = 300
    colour: Positive = 0.01
    opacity: Positive = 0.05
    scale: Positive = 0.005
    rotation: Positive = 0.005


class Growing(Section):
    """When and which splats are added and dropped (Kerbl et al. 2023, section 5). `every` 0: never.

    threshold       a splat grows where the pictures pull harder: mean norm over the views that see it of the
                    gradient of its centre, the picture being 2 units wide
    split_above     world units: a larger splat is split in two, a smaller one doubled
    drop_above      world units: a larger splat is dropped
    """

    every: Annotated[int, Field(ge=0)] = 50
    from_step: Annotated[int, Field(ge=0)] = 0
    until_step: Annotated[int, Field(ge=0)] = 3000
    threshold: Positive = 0.01
    split_above: Positive = 0.005
    drop_above: Positive = 0.05
    drop_fainter: Share = 0.01
    most_splats: Annotated[int, Field(ge=4, le=1_000_000)] = 200_000
    reset_every: Annotated[int, Field(ge=0)] = 700
    reset_opacity: Annotated[float, Field(gt=0, lt=1)] = 0.01


class Timesteps(Section):
    """Noise level of each step, of 1000: falling with progress when annealed, else drawn evenly."""

    low: Annotated[int, Field(ge=0, le=999)] = 20
    high: Annotated[int, Field(ge=0, le=999)] = 980
    annealed: bool = True

    @model_validator(mode="after")
    def _ordered(self) -> Timesteps:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not be above high ({self.high})")
        return self


class Optimisation(Section):
    """The whole loop."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 1000
    blob: Blob = Blob()
    views: Viewing = Viewing()
    rates: Rates = Rates()
    growing: Growing = Growing()
    timesteps: Timesteps = Timesteps()
    preview_every: Annotated[int, Field(ge=0)] = 50
