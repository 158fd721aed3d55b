"""Builders of creatures of tales. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import Make
from generation.backends.procedural.objects import monsters_dragons as dragons
from generation.backends.procedural.objects import monsters_odd as odd
from generation.backends.procedural.objects import monsters_undead as undead

BUILDERS: dict[str, Callable[[Make], None]] = {
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
"""Builder by the object's name in objects.yaml."""
