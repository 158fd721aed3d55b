"""Wings. Each function adds parts to the builder."""

from __future__ import annotations

from procedural.builder import MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import cone, pair
from procedural.geometry.sweeps import prism, tube

WRIST = (0.3, 0.56)
FINGER_TIPS = ((1.0, 0.5), (0.86, 0.02), (0.5, -0.22))
WEB = (
    (0, 0.05),
    (0.1, 0.26),
    (0.27, 0.52),
    (0.55, 0.62),
    (1.0, 0.5),
    (0.82, 0.28),
    (0.86, 0.02),
    (0.6, 0.05),
    (0.5, -0.22),
    (0.3, -0.02),
    (0.0, -0.12),
)
"""Points (x, y) of the left bat wing of span 1, from the shoulder at (0, 0): wrist, finger tips, skin."""


def add_bat_wings(
    builder: Builder, shoulder: Joint, *, span: float, lift: float, sweep: float, web_colour: str, web_shade: float
) -> None:
    """Add a pair of bat wings: arm and finger bones in the main colour, a scalloped skin between them.

    `lift` and `sweep` (degrees) turn them up and back; `shoulder` is the left one.
    """
    s = span
    web = prism([(x * s, y * s) for x, y in WEB], 0.03 * s)
    wrist = (WRIST[0] * s, WRIST[1] * s, 0)
    bones = tube([(0, 0, 0), (0.13 * s, 0.3 * s, 0), wrist], [0.06 * s, 0.045 * s], count=8)
    for x, y in FINGER_TIPS:
        knuckle = (
            wrist[0] + (x - WRIST[0]) * 0.55 * s,
            wrist[1] + (y - WRIST[1]) * 0.4 * s,
            0.03 * s,
        )
        finger = [wrist, knuckle, (x * s, y * s, 0)]
        bones = bones + tube(finger, [0.042 * s, 0.03 * s, 0.012 * s], count=8, sides=10)
    claw = cone(0.045 * s, 0.14 * s, sides=12).turn(z=20).move(0.28 * s, 0.64 * s)
    for shape, colour, shade in ((web, web_colour, web_shade), (bones, MAIN, 1.0), (claw, "cream", 1.0)):
        builder.add("wing", pair(shape.turn(z=lift).turn(y=sweep).move(*shoulder)), colour, None, shade)
