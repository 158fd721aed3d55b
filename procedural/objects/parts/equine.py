"""The body shared by horse, zebra and unicorn: arched neck, mane, flowing tail, hooves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from procedural.builder import MAIN, Builder
from procedural.geometry.joint import Joint, along, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, chain, place_at
from procedural.geometry.shapes import cone, pair
from procedural.geometry.sweeps import curve
from procedural.objects.parts.eyes import add_side_eyes
from procedural.objects.parts.muzzle import add_nostrils
from procedural.objects.parts.quadruped import (
    Feet,
    Head,
    Legs,
    Neck,
    PosedBody,
    Quadruped,
    pose_quadruped,
    stripe_around,
)

NECK_BASE = (0.0, 0.05, 0.04)
"""Relative to the chest."""


def add_equine(builder: Builder, mane: Sequence[str], *, blaze: bool = False, stripes: str | None = None) -> PosedBody:
    """Add body, head, mane and tail of a horse. `mane` has the colours of the locks, `stripes` that of a zebra's bands.

    The head of the body returned is the poll, the point between the ears.
    """
    horse = Quadruped(
        body_length=builder.vary(0.62, 0.06),
        shoulder_height=builder.vary(0.66, 0.06),
        chest_radius=builder.vary(0.195, 0.06),
        hip_radius=0.185,
        legs=Legs(radius=0.085, ankle_radius=0.048, spread=0.1),
        feet=Feet(radii=(0.06, 0.055, 0.065), part="hoof", colour="dark brown"),
        head=Head(at=(0, builder.vary(0.5, 0.06), 0.3)),
        neck=Neck(radius=0.165, head_radius=0.1, base=NECK_BASE),
    )
    nose_drop = builder.vary(0.19, 0.15)
    lock_radius = builder.vary(0.075, 0.15)

    body = pose_quadruped(horse, builder.pose)
    poll, neck = body.head, offset(body.chest, *NECK_BASE)
    nose = offset(poll, y=-nose_drop, z=0.28)
    bridge = along(poll, nose, 0.5)
    skin = [
        *body.skin,
        Capsule(poll, bridge, 0.115, 0.095),
        Capsule(bridge, nose, 0.09, 0.075, "muzzle"),
        Ellipsoid(nose, 0.086, part="muzzle", colour="dark grey" if stripes else MAIN),
    ]
    if blaze:
        for share in (0.25, 0.45, 0.65, 0.85):
            spot = Ellipsoid((0, 0.065, 0.05), (0.035, 0.05, 0.05), part="blaze", colour="white")
            skin += place_at(along(poll, nose, share), spot)
    if stripes:
        skin += _zebra_stripes(body, neck, stripes)
    builder.blend("body", skin, MAIN, "fur", smooth=0.08, detail=60 if stripes else 70)
    ear = cone(0.045, 0.14, sides=20).scale(1, 1, 0.6).turn(z=-12)
    builder.add("ear", pair(ear.move(*offset(poll, 0.065, 0.14, -0.01))), MAIN, "fur")
    add_side_eyes(builder, *offset(along(poll, nose, 0.32), 0.097, 0.03, 0.01), 0.034)
    add_nostrils(builder, offset(nose, 0.045, 0.01, 0.075), 0.018)
    _add_mane(builder, mane, neck, poll, lock_radius)
    _add_tail(builder, mane, body.hip)
    return body


def _zebra_stripes(body: PosedBody, neck: Joint, colour: str) -> list[Primitive]:
    """Return bands round trunk, neck and legs."""
    bands: list[Primitive] = [
        stripe_around(body.hip, body.chest, 0.2 * i, radius=0.205, colour=colour, thickness=0.03) for i in range(6)
    ]
    bands += [
        stripe_around(neck, body.head, share, radius=0.175 - 0.06 * share, colour=colour, thickness=0.03)
        for share in (0.25, 0.5, 0.75)
    ]
    for limb in body.skin:
        if isinstance(limb, Capsule) and limb.part == "leg":
            (x, y, z), end, end_radius = limb.start, limb.end, float(limb.end_radius or 0)
            for share in (0.3, 0.75):
                radius = limb.radius + (end_radius - limb.radius) * share + 0.008
                foot = (end[0], end[1], end[2])
                bands.append(stripe_around((x, y, z), foot, share, radius=radius, colour=colour, thickness=0.022))
    return bands


def _add_mane(builder: Builder, colours: Sequence[str], neck: Joint, poll: Joint, lock_radius: float) -> None:
    """Add locks along the crest of the neck, the colours in turn, and a forelock."""
    start, end = offset(neck, y=0.12, z=-0.13), offset(poll, y=0.1, z=-0.07)
    locks: list[Primitive] = []
    count = 9
    for i in range(count):
        root = along(start, end, i / (count - 1))
        colour = colours[i * len(colours) // count]
        tip = (0.1 if i % 2 else 0.05, -0.1, -0.07)
        locks += place_at(root, Capsule((0, 0, 0), tip, lock_radius, 0.035, "mane", colour))
    locks += place_at(poll, Capsule((0, 0.1, 0), (0, 0.06, 0.13), 0.05, 0.02, "mane", colours[-1]))
    builder.blend("mane", locks, colours[0], "fur", smooth=0.04, detail=40)


def _add_tail(builder: Builder, colours: Sequence[str], hip: Joint) -> None:
    """Add a tail of at least three strands side by side."""
    flow = 0.25 if builder.pose == "running" else 0.0
    strands: list[Primitive] = []
    for i, colour in enumerate(colours if len(colours) > 1 else [*colours] * 3):
        shift = (i - (max(len(colours), 3) - 1) / 2) * 0.035
        path = [
            (shift * 0.4, hip[1] + 0.12, hip[2] - 0.13),
            (shift, hip[1] + 0.05, hip[2] - 0.33 - flow),
            (shift * 2, hip[1] - 0.25 + flow, hip[2] - 0.37 - 1.4 * flow),
            (shift, hip[1] - 0.45 + 1.6 * flow, hip[2] - 0.32 - 2 * flow),
        ]
        *strand, end = chain(curve(path, 7), (0.045, 0.05), taper=-0.012, part="tail", colour=colour)
        strands += [*strand, replace(end, end_radius=0.03)]
    builder.blend("tail", strands, colours[0], "fur", smooth=0.02, detail=40)
