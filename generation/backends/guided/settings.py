"""The numbers of the optimisation, as a guided YAML file gives them; the shipped files name the sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from generation.backends.options import Section

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class InitialBall(Section):
    """The initial splats: grey, uniformly distributed in a ball."""

    splats: Annotated[int, Field(ge=4, le=1_000_000)] = 5000
    radius: Positive = 0.5
    opacity: Annotated[float, Field(gt=0, lt=1)] = 0.1


class Resolution(Section):
    """Image size in pixels for progress below `until`."""

    until: Share
    px: Annotated[int, Field(ge=16, le=2048)]


class Viewing(Section):
    """The views of each step.

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
    """Adam's learning rates; that of the positions decays exponentially over `position_steps`, then stays constant."""

    position_first: Positive = 0.01
    position_last: Positive = 0.0002
    position_steps: Annotated[int, Field(ge=1)] = 300
    colour: Positive = 0.01
    opacity: Positive = 0.05
    scale: Positive = 0.005
    rotation: Positive = 0.005


class Growing(Section):
    """When splats are added and pruned, and which (Kerbl et al. 2023, section 5). `every` 0: never.

    threshold       mean norm, over the views that see a splat, of the gradient of its projected centre, for an image
                    2 units wide; a splat with a larger one is duplicated or split
    split_above     world units: a larger splat is split in two, a smaller one duplicated
    drop_above      world units: a larger splat is pruned
    drop_fainter    opacity: a fainter splat is pruned
    """

    every: Annotated[int, Field(ge=0)] = 50
    from_step: Annotated[int, Field(ge=0)] = 0
    until_step: Annotated[int, Field(ge=0)] = 3000
    threshold: Positive = 0.01
    split_above: Positive = 0.06
    drop_above: Positive = 0.4
    drop_fainter: Share = 0.01
    most_splats: Annotated[int, Field(ge=4, le=1_000_000)] = 200_000
    reset_every: Annotated[int, Field(ge=0)] = 700
    reset_opacity: Annotated[float, Field(gt=0, lt=1)] = 0.01


class Timesteps(Section):
    """Timestep of each step, of 1000: falling with progress when annealed, else drawn uniformly."""

    low: Annotated[int, Field(ge=0, le=999)] = 20
    high: Annotated[int, Field(ge=0, le=999)] = 980
    annealed: bool = True

    @model_validator(mode="after")
    def _ordered(self) -> Timesteps:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not be above high ({self.high})")
        return self


class Optimisation(Section):
    """All settings of the optimisation."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 1000
    blob: InitialBall = InitialBall()
    views: Viewing = Viewing()
    rates: Rates = Rates()
    growing: Growing = Growing()
    timesteps: Timesteps = Timesteps()
    preview_every: Annotated[int, Field(ge=0)] = 50
