"""Builders of real animals. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.blend import Ball, Blob, Limb, both
from generation.backends.procedural.features import eyes
from generation.backends.procedural.make import ACCENT, MAIN, Make
from generation.backends.procedural.shapes import sphere, torus


def dog(make: Make) -> None:
    """A dog standing or sitting: snout, hanging ears, tail, collar."""
    long, tall, stout = make.vary(0.42, 0.1), make.vary(0.5, 0.1), make.vary(0.17, 0.12)
    sits = make.pose == "sitting"
    hip = (0.0, 0.2 if sits else tall, -long * (0.75 if sits else 1))
    chest = (0.0, tall + (0.1 if sits else 0.02), long * 0.75)
    head = (0.0, chest[1] + 0.36, chest[2] + 0.2)
    muzzle = (0.0, head[1] - 0.05, head[2] + make.vary(0.26, 0.15))
    blobs: list[Blob] = [Limb(hip, chest, stout * 0.95, stout * 1.1), Limb(chest, head, stout * 0.8, 0.13)]
    blobs += [Ball(head, (0.16, 0.15, 0.17)), Limb(head, muzzle, 0.1, 0.07, part="muzzle", colour=ACCENT)]
    for x in (0.11, -0.11):
        foot = (x, 0.05, chest[2] + 0.02)
        blobs += [
            Limb((x, chest[1] - 0.05, chest[2]), foot, 0.08, 0.055, part="leg"),
            Ball((x, 0.05, foot[2] + 0.04), (0.065, 0.05, 0.085), part="paw", colour=ACCENT),
        ]
        if sits:
            blobs += [Ball((x * 1.3, 0.2, hip[2] + 0.08), (0.1, 0.17, 0.2), part="leg")]
            blobs += [
                Limb(
                    (x * 1.4, 0.06, hip[2] + 0.1),
                    (x * 1.4, 0.05, hip[2] + 0.32),
                    0.06,
                    0.055,
                    part="paw",
                    colour=ACCENT,
                )
            ]
        else:
            knee, heel = (x, tall * 0.55, hip[2] + 0.06), (x, 0.05, hip[2] - 0.04)
            blobs += [
                Limb((x, hip[1], hip[2]), knee, 0.11, 0.07, part="leg"),
                Limb(knee, heel, 0.065, 0.05, part="leg"),
            ]
            blobs += [Ball((x, 0.05, heel[2] + 0.04), (0.065, 0.05, 0.085), part="paw", colour=ACCENT)]
    lift = make.between(0.1, 0.4)
    tail = (0.0, hip[1] + lift, hip[2] - 0.42)
    blobs += [Limb((0, hip[1] + 0.08, hip[2] - 0.1), tail, 0.055, 0.03, part="tail")]
    for ear in both(
        Limb(
            (0.12, head[1] + 0.11, head[2] - 0.02),
            (0.2, head[1] - 0.1, head[2] + 0.0),
            0.045,
            0.06,
            part="ear",
            colour=ACCENT,
        )
    ):
        blobs.append(ear)
    make.blend("body", blobs, MAIN, "fur", smooth=0.09, detail=64)
    eyes(make, 0.07, head[1] + 0.04, head[2] + 0.145, 0.028)
    make.add("nose", sphere(0.045, 0.035, 0.035).move(0, muzzle[1] + 0.035, muzzle[2] + 0.055), "black", "glossy")
    neck = [(a + b) / 2 for a, b in zip(chest, head, strict=True)]
    make.add("collar", torus(0.145, 0.022).turn(x=28).move(*neck), "red", "leather")


BUILDERS: dict[str, Callable[[Make], None]] = {"dog": dog}
"""Builder by the object's name in objects.yaml."""
