"""The world that the small CLIP learns: objects, colours and materials, which of them differ, and what is held back.

Everything comes from the words.yaml files in procedural/objects.
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
"""Materials that can be recognised on any object."""
NOT_COLOURS = frozenset({"gold", "silver", "bronze", "copper", "skin"})
"""Names in the colour table that prompts use for a material, or not at all."""
SIMILAR_MATERIALS = (
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
"""Materials that cannot always be told apart in an image."""
SIMILAR_OBJECTS = (
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
"""Pairs of objects where the word for one may describe an image of the other: neither right nor wrong."""
FAR_COLOUR = 40.0
"""CIE76 distance in Lab above which one colour's name is wrong for the other."""
GRID_COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink", "brown", "white")
"""Colours of the retrieval test …"""
GRID_OBJECTS = ("sofa", "truck", "rabbit", "vase", "wizard", "robot", "axe", "elephant", "cup", "lighthouse")
"""… and its objects. None of these hundred pairs is ever trained on."""
HELD_BACK_SHARE = 0.1
"""Share of all other (object, colour or material) pairs that is held back, chosen by hash."""


@dataclass(frozen=True, slots=True)
class GrammarPrompt:
    """A prompt of the grammar, what the generator reads in it, and its number among the prompts of a run."""

    number: int
    text: str
    item: Item


@dataclass(frozen=True, slots=True)
class ObjectSpec:
    """The object that an image shows, by name.

    A field is None where the object looks as it usually does. If `prompt` is set, the object is built from that whole
    prompt, and the other fields describe only what concerns the whole object.
    """

    name: str
    colour: str | None = None
    material: str | None = None
    pose: str | None = None
    prompt: GrammarPrompt | None = None

    @staticmethod
    def from_prompt(prompt: GrammarPrompt) -> ObjectSpec:
        """Return the spec of the object that a prompt describes."""
        look = prompt.item.looks[0] if prompt.item.looks else Look()
        material = look.material if look.material in MATERIALS else None
        colour = None if look.colour in NOT_COLOURS else look.colour
        return ObjectSpec(prompt.item.name, colour, material, prompt.item.pose, prompt)


@dataclass(frozen=True)
class World:
    """The vocabulary as numbered lists, with tables of what excludes what: 1 same, 0 different, -1 undecidable."""

    vocabulary: Vocabulary

    @cached_property
    def objects(self) -> list[str]:
        """All objects."""
        return list(self.vocabulary.entries)

    @cached_property
    def colours(self) -> list[str]:
        """All colours that a prompt may name."""
        return [name for name in self.vocabulary.colours if name not in NOT_COLOURS]

    def entry(self, name: str) -> Entry:
        """Return an object's entry in the vocabulary."""
        return self.vocabulary.entries[name]

    @cached_property
    def lab(self) -> NDArray[np.float64]:
        """The colours in CIE Lab [colours, 3]."""
        return np.asarray(rgb2lab(np.array([self.vocabulary.colours[c] for c in self.colours])))

    @cached_property
    def colour_matches(self) -> NDArray[np.int8]:
        """[colours, colours]: 1 for the same colour, 0 for different ones, -1 for colours too close to call."""
        distance = np.linalg.norm(self.lab[:, None] - self.lab[None], axis=-1)
        return np.where(np.eye(len(self.colours)) > 0, 1, np.where(distance > FAR_COLOUR, 0, -1)).astype(np.int8)

    @cached_property
    def material_matches(self) -> NDArray[np.int8]:
        """[materials, materials], with the same values."""
        similar = [[-1 if {a, b} in SIMILAR_MATERIALS else 0 for b in MATERIALS] for a in MATERIALS]
        return np.where(np.eye(len(MATERIALS)) > 0, 1, similar).astype(np.int8)

    @cached_property
    def material_colour_matches(self) -> NDArray[np.int8]:
        """[materials, colours]: 0 where an object of the material cannot be described by the colour, else -1."""
        table = np.full((len(MATERIALS), len(self.colours)), -1, dtype=np.int8)
        for i, name in enumerate(MATERIALS):
            own = self.vocabulary.materials[name].colours
            if own and name not in ("glass", "ice", "crystal"):
                distance = np.linalg.norm(self.lab[:, None] - rgb2lab(np.array(own))[None], axis=-1).min(axis=1)
                table[i, distance > FAR_COLOUR] = 0
        return table

    @cached_property
    def object_matches(self) -> NDArray[np.int8]:
        """[objects, objects]: 1 for the same, 0 for different, -1 where a word fits both ("robot", "tin robot")."""
        count = len(self.objects)
        table = np.zeros((count, count), dtype=np.int8)
        for i, a in enumerate(self.objects):
            for j, b in enumerate(self.objects):
                overlap = set(a.split()) & set(b.split()) or {a, b} in SIMILAR_OBJECTS
                table[i, j] = 1 if i == j else -1 if overlap else 0
        return table

    def is_held_back(self, name: str, look: str) -> bool:
        """Check whether this object is never trained on in this colour or material."""
        if name in GRID_OBJECTS and look in GRID_COLOURS:
            return True
        if name in ("bicycle", "dragon"):  # the first objects a newcomer asks for
            return False
        digest = hashlib.sha256(f"{name}|{look}".encode()).digest()
        return digest[0] / 256 < HELD_BACK_SHARE


def load_world() -> World:
    """Load the vocabulary and return the world."""
    return World(load_vocabulary())
