"""The builder that is passed to every build function: it collects parts and draws the seeded variety.

A build function, `def teapot(builder: Builder) -> None`, adds named parts. It decides on shapes; colours follow from
the prompt, through colour roles.

Colour roles: MAIN is the colour that the prompt asks for (else one of the object's own), ACCENT the second colour asked
for (else the object's accent). Any other colour is a name of the colour table and stays as it is ("black" tyres,
"skin"), unless the prompt names the part ("red car with white wheels").
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
    """A shape with the name that prompts use for it, its colour (role or name) and its default material.

    `shade` multiplies the colour: 0.7 gives a darker tone, 1.2 a lighter one.
    """

    name: str
    shape: Shape
    colour: str = MAIN
    material: str | None = None
    shade: float = 1.0


@dataclass(slots=True)
class Builder:
    """Collects the parts of one object. `pose` is one that the object's words.yaml lists, or None for the usual one."""

    rng: np.random.Generator
    pose: str | None = None
    check_cancelled: Callable[[], None] = lambda: None
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, shape: Shape, colour: str = MAIN, material: str | None = None, shade: float = 1.0) -> None:
        """Add a part. Several parts may share a name: all four wheels are "wheel"."""
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
        """Add the smooth union of `primitives`; those with a `part` or `colour` become separate parts.

        `smooth` is the radius of the joints in the primitives' units, `detail` the number of grid cells along the
        longest side (40 to 80).
        """
        owners = [(p.part or name, p.colour or colour) for p in primitives]  # the part and colour of each primitive
        groups = list(dict.fromkeys(owners))
        pieces = smooth_union(primitives, smooth, detail, [groups.index(owner) for owner in owners])
        for (part, part_colour), piece in zip(groups, pieces, strict=False):
            self.add(part, piece, part_colour, material)

    def vary(self, value: float, by: float = 0.12) -> float:
        """Draw a number within a share `by` of `value`: proportions that differ between individuals."""
        return value * float(self.rng.uniform(1 - by, 1 + by))

    def between(self, low: float, high: float) -> float:
        """Draw a number from `low` to `high`."""
        return float(self.rng.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float = 0.5) -> bool:
        """Draw True for this share of the individuals."""
        return bool(self.rng.random() < share)

    def choose(self, options: Sequence[T]) -> T:
        """Draw one of the options."""
        return options[int(self.rng.integers(len(options)))]


BuildFunction = Callable[[Builder], None]
"""Adds the parts of one object to the builder it is given."""
