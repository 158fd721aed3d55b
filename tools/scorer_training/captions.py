"""What is said of a picture, and which captions are true of which pictures.

A caption's labels are numbers into the world's lists; -1 says nothing, `UNKNOWN` is a thing nobody has drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.scorer_training.world import MATERIALS, Spec, World

UNKNOWN = -2
NOTHING = -1

Row = tuple[int, int, int, int, int]
"""Labels of one picture or caption: thing, colour, material, pose, asked."""

TEMPLATES = (
    "{}",
    "{}",
    "{}",
    "a {}",
    "a {}",
    "the {}",
    "one {}",
    "a photo of a {}",
    "a picture of a {}",
    "a 3d model of a {}",
    "3d render of a {}",
    "{}, 3d asset",
    "{} on a white background",
)
FILLERS = (
    "small", "big", "cute", "beautiful", "detailed", "highly detailed", "realistic", "stylized", "toy", "simple",
    "pretty", "fancy", "nice", "low poly", "cartoon", "elegant", "lovely", "ornate", "tiny", "large", "little", "old",
    "new", "modern", "classic", "funny", "magic", "medieval", "futuristic", "antique", "single", "high quality",
    "vintage", "rustic", "enchanted", "magical", "mystical", "royal", "traditional", "charming", "fantasy", "perfect",
    "minimalist", "ancient", "majestic", "adorable",
)  # fmt: skip
"""Words that change nothing: learned as such, so that they are not punished."""

UNKNOWN_THINGS = (
    "accordion", "airport", "almond", "ambulance", "amoeba", "ant", "antelope", "apron", "artichoke", "asparagus",
    "avocado", "badge", "bagel", "balcony", "ballerina", "bamboo shoot", "bandage", "barbecue", "baseball bat",
    "basket", "bat", "bathtub", "battery", "beaver", "beehive", "belt", "binoculars", "bison", "blanket", "blender",
    "boomerang", "boot", "bowling pin", "broccoli", "broom", "brush", "bucket", "bulldozer", "cabbage", "calculator",
    "camel", "canoe", "carpet", "carrot", "castanets", "cello", "chainsaw", "cherry", "chessboard", "chili pepper",
    "chopsticks", "clarinet", "coconut", "comb", "compass", "concrete mixer", "corn", "cradle", "crane", "croissant",
    "cucumber", "dice", "dishwasher", "doghouse", "domino", "door", "doughnut shop", "drum", "dumbbell", "eggplant",
    "envelope", "escalator", "fan", "feather", "fence", "ferris wheel", "fire hydrant", "fishing rod", "flute",
    "football", "fork", "frying pan", "garlic", "glove", "golf club", "grapes", "guillotine", "hairdryer", "hammock",
    "handbag", "harp", "hat", "hedgehog", "hoodie", "igloo maker", "iron", "jacket", "jellyfish", "kangaroo", "kayak",
    "keyhole", "kite", "kiwi fruit", "koala", "ladder", "lawn mower", "lemon", "lettuce", "lobster", "lollipop",
    "magnet", "mailbox", "maraca", "mask", "megaphone", "mitten", "mop", "moose", "mosquito", "nail polish", "noodles",
    "nutcracker", "onion", "ostrich", "oven", "paintbrush", "pajamas", "pancake", "paper clip", "parachute", "pea",
    "peacock", "peanut", "pear", "pencil", "perfume", "piano", "pillow", "plug", "pocket knife", "pomegranate",
    "popcorn", "pretzel", "printer", "radish", "rake", "razor", "refrigerator", "rhinoceros", "rollercoaster",
    "rope", "rubber duck", "saddlebag", "sandal", "sandwich", "saxophone", "scarecrow", "scarf", "scissors",
    "screwdriver", "scroll", "seahorse", "shoe", "shopping cart", "shovel", "skateboard", "ski", "skirt", "sled",
    "sneaker", "soap", "sock", "spaghetti", "spatula", "spoon", "spider web", "sponge", "squirrel", "stapler",
    "starfish", "steering wheel", "stethoscope", "stork", "suitcase", "sunglasses", "surfboard", "swan", "swing",
    "syringe", "taco", "tambourine", "telescope", "tie", "toaster", "toilet", "tomato", "toothbrush", "traffic light",
    "trombone", "trumpet", "typewriter", "umbrella", "unicycle bell", "vacuum cleaner", "violin", "walrus", "wallet",
    "washing machine", "waterfall", "wheelbarrow", "whistle", "wok", "wrench", "xylophone", "yo-yo", "zipper",
)  # fmt: skip
"""Nouns that are none of the world's words are negatives for every picture (those that are get filtered out)."""
HELD_BACK_UNKNOWN = frozenset(
    ("shoe", "piano", "umbrella", "pear", "kangaroo", "toaster", "scissors", "carrot", "violin", "suitcase",
     "hat", "lemon", "kite", "spoon", "swan", "ladder", "tomato", "hedgehog", "drum", "skateboard")
)  # fmt: skip
"""Of those, kept for the evaluation."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Numbers [n] of things, colours, materials and poses, each -1 where nothing is shown or said.

    `asked` is the number of the prompt that a picture was made for, or that a caption says; of a caption that says the
    prompt with a part's colour changed it is `denied` of that number.
    """

    thing: NDArray[np.int16]
    colour: NDArray[np.int16]
    material: NDArray[np.int16]
    pose: NDArray[np.int16]
    asked: NDArray[np.int16]

    def take(self, index: NDArray[np.int64]) -> Labels:
        """The labels at `index`."""
        return Labels(*(column[index] for column in (self.thing, self.colour, self.material, self.pose, self.asked)))

    @staticmethod
    def of(rows: Sequence[Row]) -> Labels:
        """Labels from (thing, colour, material, pose, asked) rows."""
        return Labels(*np.array(rows, dtype=np.int16).reshape(-1, 5).T)


def denied(number: int) -> int:
    """The label of a caption that is wrong about a part of what was asked for."""
    return -10 - number


def number(spec: Spec, world: World) -> Row:
    """The labels of what a picture shows."""
    poses = list(world.entry(spec.thing).poses)
    return (
        world.things.index(spec.thing),
        world.colours.index(spec.colour) if spec.colour else NOTHING,
        MATERIALS.index(spec.material) if spec.material else NOTHING,
        poses.index(spec.pose) if spec.pose in poses else NOTHING,
        spec.asked.number if spec.asked else NOTHING,
    )


def caption(labels: Row, world: World, rng: np.random.Generator, asked: Sequence[str] = ()) -> tuple[str, Row]:
    """Something true of a picture, and what of it was said: words and synonyms, fillers, plurals; of a picture made
    for a prompt (`asked` by number) mostly that."""
    thing, colour, material, pose, prompt = labels
    if prompt >= 0 and rng.random() < 0.75:
        return _pick(TEMPLATES, rng).format(asked[prompt]), labels
    colour = colour if rng.random() < 0.93 else NOTHING
    material = material if rng.random() < 0.93 else NOTHING
    pose = pose if rng.random() < 0.7 else NOTHING
    entry = world.entry(world.things[thing])
    words = [_pick(_colour_words(world, colour), rng)] if colour >= 0 else []
    words += [_pick(_material_words(world, material), rng)] if material >= 0 else []
    noun = entry.name if rng.random() < 0.6 or not entry.also else _pick(entry.also, rng)
    said = [*words, plural(noun) if rng.random() < 0.05 else noun]
    if pose >= 0:
        name = list(entry.poses)[pose]
        where = 0 if rng.random() < 0.5 else len(said)
        said.insert(where, _pick(entry.poses[name] or (name,), rng))
    if rng.random() < 0.25:
        said.insert(0, _pick(FILLERS, rng))
    return _pick(TEMPLATES, rng).format(" ".join(said)), (thing, colour, material, pose, NOTHING)


def wrong_look(labels: Row, world: World, rng: np.random.Generator) -> tuple[str, Row]:
    """The same thing in another colour or material: the hardest thing to tell apart."""
    thing = labels[0]
    if rng.random() < 0.75:
        return caption((thing, int(rng.integers(len(world.colours))), NOTHING, NOTHING, NOTHING), world, rng)
    return caption((thing, NOTHING, int(rng.integers(len(MATERIALS))), NOTHING, NOTHING), world, rng)


def unknown(world: World, rng: np.random.Generator, *, held_back: bool = False) -> str:
    """A thing that no picture shows."""
    noun = _pick([n for n in _unknown_things(world) if (n in HELD_BACK_UNKNOWN) == held_back], rng)
    colour = f"{_pick(world.colours, rng)} " if rng.random() < 0.5 else ""
    return _pick(TEMPLATES, rng).format(colour + noun)


def truth(pictures: Labels, captions: Labels, world: World) -> NDArray[np.int8]:
    """[pictures, captions]: 1 the caption is true, 0 it is wrong, -1 it cannot be said."""
    own_material = np.array(
        [MATERIALS.index(m) if m in MATERIALS else NOTHING for m in (world.entry(t).material for t in world.things)]
    )
    thing = world.things_differ[pictures.thing[:, None], captions.thing[None]]
    thing = np.where((pictures.thing[:, None] == NOTHING) | (captions.thing[None] == UNKNOWN), 0, thing)
    p_colour, p_material, c_colour, c_material = (
        pictures.colour[:, None],
        pictures.material[:, None],
        captions.colour[None],
        captions.material[None],
    )
    colour = np.where(p_colour >= 0, world.colours_differ[p_colour, c_colour], -1)
    by_material = world.material_or_colour[p_material, c_colour]
    colour = np.where((p_colour < 0) & (p_material >= 0), by_material, colour)
    colour = np.where(c_colour < 0, 1, colour)
    material = np.where(p_material >= 0, world.materials_differ[p_material, c_material], -1)
    by_colour = world.material_or_colour[c_material, p_colour]
    usual = own_material[pictures.thing][:, None] == c_material
    material = np.where((p_material < 0) & (p_colour >= 0) & ~usual, by_colour, material)
    material = np.where(c_material < 0, 1, material)
    pose = np.where(captions.pose[None] < 0, 1, np.where(pictures.pose[:, None] == captions.pose[None], 1, -1))
    p_asked, c_asked = pictures.asked[:, None].astype(np.int32), captions.asked[None].astype(np.int32)
    of_prompt = np.where(p_asked < 0, -1, np.where(p_asked == c_asked, 1, np.where(denied(p_asked) == c_asked, 0, -1)))
    of_prompt = np.where(c_asked == NOTHING, 1, of_prompt)
    every = np.stack([thing, colour, material, pose, of_prompt])
    return np.where((every == 0).any(axis=0), 0, np.where((every == -1).any(axis=0), -1, 1)).astype(np.int8)


def all_words(world: World, asked: Iterable[str] = ()) -> list[str]:
    """Every word and phrase the model is taught, for the scorer's vocabulary; those of the prompts `asked` too."""
    words = {*FILLERS, *(word for text in asked for word in text.split())}
    for i in range(len(world.colours)):
        words.update(_colour_words(world, i))
    for i in range(len(MATERIALS)):
        words.update(_material_words(world, i))
    for entry in world.vocabulary.entries.values():
        words.update((entry.name, *entry.also))
        words.update(word for name, spoken in entry.poses.items() for word in (spoken or (name,)))
    words.update(word for template in TEMPLATES for word in template.replace("{}", " ").replace(",", " ").split())
    return sorted(words)


def _colour_words(world: World, colour: int) -> list[str]:
    name = world.colours[colour]
    return [name, name] + [word for word, owner in world.vocabulary.colour_words.items() if owner == name]


def _material_words(world: World, material: int) -> list[str]:
    name = MATERIALS[material]
    return [word for word, owner in world.vocabulary.material_words.items() if owner == name]


def _unknown_things(world: World) -> list[str]:
    taken = {*world.vocabulary.exact, *world.vocabulary.related}
    return [noun for noun in UNKNOWN_THINGS if noun not in taken]


def plural(noun: str) -> str:
    """The regular plural of a noun."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
