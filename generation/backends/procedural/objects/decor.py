"""Builders of decorative things. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import ACCENT, Make
from generation.backends.procedural.shapes import lathe, sphere, torus
from generation.backends.procedural.sweeps import curve, tube


def teapot(make: Make) -> None:
    """A round-bellied teapot: spout toward +x, handle at -x, lid with a knob."""
    wide, tall = make.vary(0.5, 0.08), make.vary(0.62, 0.1)
    belly = curve([(0.28, 0), (wide, 0.42 * tall), (wide * 0.8, 0.8 * tall), (0.27, tall)], 24)
    make.add("body", lathe([(0, 0), (0.28, 0), *map(tuple, belly[1:]), (0, tall)]))
    make.add("foot", torus(0.28, 0.035).move(y=0.015), ACCENT)
    lid = curve([(0.29, tall), (0.22, tall + 0.07), (0, tall + 0.11)], 12)
    make.add("lid", lathe([(0, tall - 0.02), *map(tuple, lid)]))
    make.add("rim", torus(0.28, 0.02).move(y=tall), ACCENT)
    make.add("knob", sphere(make.vary(0.07)).move(y=tall + 0.15), ACCENT)
    reach = make.vary(0.42, 0.12)
    spout = [(wide * 0.8, 0.25 * tall, 0), (wide + 0.2, 0.42 * tall, 0), (wide + reach, tall * 1.02, 0)]
    make.add("spout", tube(spout, [0.15, 0.09, 0.055]))
    grip = make.vary(0.38, 0.12)
    handle = [
        (-wide * 0.75, 0.85 * tall, 0),
        (-wide - grip, 0.78 * tall, 0),
        (-wide - grip * 0.7, 0.3 * tall, 0),
        (-wide * 0.9, 0.24 * tall, 0),
    ]
    make.add("handle", tube(handle, 0.05), ACCENT)


BUILDERS: dict[str, Callable[[Make], None]] = {"teapot": teapot}
"""Builder by the object's name in objects.yaml."""
