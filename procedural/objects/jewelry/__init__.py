"""Jewelry; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.jewelry import rings, worn

OBJECTS: dict[str, BuildFunction] = {
    "crown": rings.crown,
    "ring": rings.finger_ring,
    "tiara": rings.tiara,
    "bracelet": rings.bracelet,
    "watch": rings.watch,
    "necklace": worn.necklace,
    "pendant": worn.pendant,
    "earrings": worn.earrings,
    "brooch": worn.brooch,
}
"""Build function by object name."""
