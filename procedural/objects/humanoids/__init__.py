"""People, from knights to snowmen; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.humanoids import folk, heroes, masked, tales

OBJECTS: dict[str, BuildFunction] = {
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
"""Build function by object name."""
