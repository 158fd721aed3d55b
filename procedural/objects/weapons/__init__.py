"""Weapons and equipment; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.weapons import gear, hand_weapons

OBJECTS: dict[str, BuildFunction] = {
    "sword": hand_weapons.sword,
    "axe": hand_weapons.axe,
    "hammer": hand_weapons.hammer,
    "shield": hand_weapons.shield,
    "bow": hand_weapons.bow,
    "helmet": gear.helmet,
    "cannon": gear.cannon,
    "treasure chest": gear.treasure_chest,
    "anchor": gear.anchor,
    "staff": gear.staff,
}
"""Build function by object name."""
