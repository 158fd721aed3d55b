"""The workbench handed to every object builder: parts, blends, and seeded variety.

A builder is a function `def teapot(builder: Builder) -> None` that adds named parts. It decides shapes; what colour the
parts get follows from the prompt, through colour roles. It knows nothing of prompts, splats or lights.

Colour roles: MAIN takes the colour the prompt asks for (else one of the object's own), ACCENT the second colour
asked for (else the object's accent, which goes with the main one). Any other colour is a name of the colour table and
stays as it is ("black" tyres, "skin"), unless the prompt names the part ("red car with white wheels").
Materials: None is plain paint and takes the prompt's material; a name of the material table is the part's default.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from procedural.geometry.sdf import Primitive, smooth_union
from procedural.geometry.shapes import Shape

MAIN = "main"
ACCENT = "accent"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """A shape with the name a prompt may call it by, its colour (role or name) and its default material.

    `shade` multiplies the colour: 0.7 a darker tone of it, 1.2 a lighter one.
    """

    name: str
    shape: Shape
    colour: str = MAIN
    material: str | None = None
    shade: float = 1.0


@dataclass(slots=True)
class Builder:
    """One object in the making. `pose` is one of those the object's data allows, or None for its usual one."""

    rng: np.random.Generator
    pose: str | None = None
    check_cancelled: Callable[[], None] = lambda: None
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, shape: Shape, colour: str = MAIN, material: str | None = None, shade: float = 1.0) -> None:
        """Adds a part. Several parts may share a name: all four wheels are "wheel"."""
        self.parts.append(Part(name, shape, colour, material, shade))
        self.check_cancelled()

    def blend(
        self,
        name: str,
        primitives: Sequence[Primitive],
        colour: str = MAIN,
        material: str | None = None,
        *,
        smooth: float = 0.1,
        detail: int = 56,
    ) -> None:
        """Adds rounded shapes melted into one skin; blobs with a `part` or `colour` of their own make parts of it.

        `smooth` in the blobs' units rounds the joints, `detail` is the grid cells along the longest side (40 to 80).
        """
        looks = [(b.part or name, b.colour or colour) for b in primitives]
        kinds = list(dict.fromkeys(looks))
        pieces = smooth_union(primitives, smooth, detail, [kinds.index(look) for look in looks])
        for (part, paint), piece in zip(kinds, pieces, strict=False):
            self.add(part, piece, paint, material)

    def vary(self, value: float, by: float = 0.12) -> float:
        """`value`, up to a share `by` more or less: proportions that differ from one individual to the next."""
        return value * float(self.rng.uniform(1 - by, 1 + by))

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        return float(self.rng.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float = 0.5) -> bool:
        """True for this share of the individuals."""
        return bool(self.rng.random() < share)

    def choose(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.rng.integers(len(options)))]


BuildFunction = Callable[[Builder], None]
"""Adds the parts of one object to the builder it is given."""
