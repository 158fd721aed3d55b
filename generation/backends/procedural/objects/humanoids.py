"""Builders of people and figures like people. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import Make
from generation.backends.procedural.objects import humanoids_folk as folk
from generation.backends.procedural.objects import humanoids_heroes as heroes
from generation.backends.procedural.objects import humanoids_masked as masked
from generation.backends.procedural.objects import humanoids_tales as tales

BUILDERS: dict[str, Callable[[Make], None]] = {
    "knight": heroes.knight,
    "viking": heroes.viking,
    "ninja": masked.ninja,
    "superhero": masked.superhero,
    "astronaut": masked.astronaut,
    "pirate": heroes.pirate,
    "wizard": tales.wizard,
    "king": tales.king,
    "princess": tales.princess,
    "mermaid": tales.mermaid,
    "santa claus": tales.santa,
    "chef": folk.chef,
    "clown": folk.clown,
    "man": folk.man,
    "woman": folk.woman,
    "girl": folk.girl,
    "boy": folk.boy,
    "snowman": folk.snowman,
}
"""Builder by the object's name in objects.yaml."""
