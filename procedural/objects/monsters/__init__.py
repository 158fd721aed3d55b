"""Monsters and creatures of fantasy; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.monsters import dragons, odd, undead

OBJECTS: dict[str, BuildFunction] = {
    "dragon": dragons.dragon,
    "unicorn": dragons.unicorn,
    "sea serpent": dragons.sea_serpent,
    "demon": undead.demon,
    "ghost": undead.ghost,
    "skeleton": undead.skeleton,
    "zombie": undead.zombie,
    "mummy": undead.mummy,
    "vampire": undead.vampire,
    "alien": odd.alien,
    "slime": odd.slime,
    "monster": odd.monster,
    "yeti": odd.yeti,
    "cyclops": odd.cyclops,
}
"""Build function by object name."""
