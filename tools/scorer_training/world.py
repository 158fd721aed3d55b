"""The world the small CLIP learns: objects, colours, materials, which of them contradict each other, what is held back.

Everything comes from the words of procedural/objects; nothing is drawn here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from skimage.color import rgb2lab

from procedural.language.request import Item, Look
from procedural.language.vocabulary import Entry, Vocabulary, load_vocabulary

MATERIALS = ("wood", "gold", "silver", "bronze", "copper", "metal", "stone", "marble", "glass", "ice", "crystal")
"""Materials that look like themselves on any object."""
NOT_COLOURS = frozenset({"gold", "silver", "bronze", "copper", "skin"})
"""Names of the colour table that a prompt uses for a material, or not at all."""
ALIKE_MATERIALS = (
    {"gold", "bronze"},
    {"bronze", "copper"},
    {"silver", "metal"},
    {"stone", "marble"},
    {"glass", "ice"},
    {"glass", "crystal"},
    {"ice", "crystal"},
    {"stone", "metal"},
    {"marble", "silver"},
    {"copper", "wood"},
    {"bronze", "wood"},
)
"""Materials that a picture cannot always tell apart."""
ALIKE_OBJECTS = (
    {"ship", "sailboat"},
    {"man", "boy"},
    {"woman", "girl"},
    {"girl", "princess"},
    {"woman", "princess"},
    {"fish", "shark"},
    {"whale", "dolphin"},
    {"shark", "dolphin"},
    {"house", "barn"},
    {"chair", "armchair"},
    {"sofa", "armchair"},
    {"chair", "throne"},
    {"table", "desk"},
    {"crown", "tiara"},
    {"lion", "cat"},
    {"tiger", "cat"},
    {"wardrobe", "dresser"},
    {"necklace", "pendant"},
    {"helicopter", "drone"},
    {"cake", "cupcake"},
    {"zombie", "monster"},
    {"snake", "sea serpent"},
)
"""Pairs of objects whose words cover each other's pictures: neither right nor wrong."""
FAR_COLOUR = 40.0
"""CIE76 distance in Lab from which two colours are different things to say."""
GRID_COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink", "brown", "white")
"""Colours of the retrieval test …"""
GRID_OBJECTS = ("sofa", "truck", "rabbit", "vase", "wizard", "robot", "axe", "elephant", "cup", "lighthouse")
"""… and its objects: none of these hundred pairs is ever trained on."""
HELD_BACK_SHARE = 0.1
"""Of all other (object, colour or material) pairs, this share is held back, by hash."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt of the grammar and what the generator reads in it; `number` tells it from all others of a run."""

    number: int
    text: str
    item: Item


@dataclass(frozen=True, slots=True)
class Spec:
    """What a picture shows, by name; None where the object is as it usually is. `asked`: made for a whole prompt, of
    which the other fields hold what concerns the whole object."""

    thing: str
    colour: str | None = None
    material: str | None = None
    pose: str | None = None
    asked: Asked | None = None

    @staticmethod
    def of(asked: Asked) -> Spec:
        """What is shown for a prompt."""
        look = asked.item.looks[0] if asked.item.looks else Look()
        material = look.material if look.material in MATERIALS else None
        colour = None if look.colour in NOT_COLOURS else look.colour
        return Spec(asked.item.name, colour, material, asked.item.pose, asked)


@dataclass(frozen=True)
class World:
    """The vocabulary with everything in numbered lists."""

    vocabulary: Vocabulary

    @cached_property
    def things(self) -> list[str]:
        """All objects."""
        return list(self.vocabulary.entries)

    @cached_property
    def colours(self) -> list[str]:
        """Colours a prompt may ask for."""
        return [name for name in self.vocabulary.colours if name not in NOT_COLOURS]

    def entry(self, thing: str) -> Entry:
        """The object's block of the vocabulary."""
        return self.vocabulary.entries[thing]

    @cached_property
    def lab(self) -> NDArray[np.float64]:
        """The colours in CIE Lab [colours, 3]."""
        return np.asarray(rgb2lab(np.array([self.vocabulary.colours[c] for c in self.colours])))

    @cached_property
    def colours_differ(self) -> NDArray[np.int8]:
        """[colours, colours]: 1 the same colour, 0 different ones, -1 too near to say."""
        distance = np.linalg.norm(self.lab[:, None] - self.lab[None], axis=-1)
        return np.where(np.eye(len(self.colours)) > 0, 1, np.where(distance > FAR_COLOUR, 0, -1)).astype(np.int8)

    @cached_property
    def materials_differ(self) -> NDArray[np.int8]:
        """[materials, materials], in the same way."""
        alike = [[-1 if {a, b} in ALIKE_MATERIALS else 0 for b in MATERIALS] for a in MATERIALS]
        return np.where(np.eye(len(MATERIALS)) > 0, 1, alike).astype(np.int8)

    @cached_property
    def material_or_colour(self) -> NDArray[np.int8]:
        """[materials, colours]: 0 where nobody would take a thing of this material for one of that colour, else -1."""
        table = np.full((len(MATERIALS), len(self.colours)), -1, dtype=np.int8)
        for i, name in enumerate(MATERIALS):
            own = self.vocabulary.materials[name].colours
            if own and name not in ("glass", "ice", "crystal"):
                distance = np.linalg.norm(self.lab[:, None] - rgb2lab(np.array(own))[None], axis=-1).min(axis=1)
                table[i, distance > FAR_COLOUR] = 0
        return table

    @cached_property
    def things_differ(self) -> NDArray[np.int8]:
        """[things, things]: 1 the same, 0 different, -1 where one word covers both ("robot", "tin robot")."""
        count = len(self.things)
        table = np.zeros((count, count), dtype=np.int8)
        for i, a in enumerate(self.things):
            for j, b in enumerate(self.things):
                covers = set(a.split()) & set(b.split()) or {a, b} in ALIKE_OBJECTS
                table[i, j] = 1 if i == j else -1 if covers else 0
        return table

    def held_back(self, thing: str, look: str) -> bool:
        """Whether this pair of an object and a colour or material is never trained on."""
        if thing in GRID_OBJECTS and look in GRID_COLOURS:
            return True
        if thing in ("bicycle", "dragon"):  # the first things a newcomer types
            return False
        digest = hashlib.sha256(f"{thing}|{look}".encode()).digest()
        return digest[0] / 256 < HELD_BACK_SHARE


def load_world() -> World:
    """The world of the words in procedural/objects."""
    return World(load_vocabulary())
