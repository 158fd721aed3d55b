"""Captions of images, and which captions are true of which images.

Images and captions carry labels: indices into the world's lists. `UNSPECIFIED` means that the image shows, or the
caption mentions, none of them in particular; `UNKNOWN_OBJECT` is an object outside the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.scorer_training.world import MATERIALS, ObjectSpec, World

UNSPECIFIED = -1
UNKNOWN_OBJECT = -2

LabelRow = tuple[int, int, int, int, int]
"""Labels of one image or caption: object, colour, material, pose, prompt."""

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
"""Words that change nothing in an image. The model learns to ignore them, so that they do not lower a score."""

UNKNOWN_NOUNS = (
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
"""Nouns that are wrong for every image. Those that the vocabulary knows are filtered out."""
HELD_BACK_NOUNS = frozenset(
    ("shoe", "piano", "umbrella", "pear", "kangaroo", "toaster", "scissors", "carrot", "violin", "suitcase",
     "hat", "lemon", "kite", "spoon", "swan", "ladder", "tomato", "hedgehog", "drum", "skateboard")
)  # fmt: skip
"""Unknown nouns that are kept for the evaluation."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels [n] of objects, colours, materials, poses and prompts; `UNSPECIFIED` where there is none.

    `prompts` has the number of the prompt that an image was made for, or that a caption repeats. A caption that repeats
    it with a part in another colour has `wrong_part_label` of the number instead.
    """

    objects: NDArray[np.int16]
    colours: NDArray[np.int16]
    materials: NDArray[np.int16]
    poses: NDArray[np.int16]
    prompts: NDArray[np.int16]

    @staticmethod
    def from_rows(rows: Sequence[LabelRow]) -> Labels:
        """Return the labels of (object, colour, material, pose, prompt) rows."""
        return Labels(*np.array(rows, dtype=np.int16).reshape(-1, 5).T)


def wrong_part_label(prompt: int) -> int:
    """Return the label of a caption that repeats prompt number `prompt` with a part in a wrong colour."""
    return -10 - prompt


def label_row(spec: ObjectSpec, world: World) -> LabelRow:
    """Return the labels of an image of this object."""
    poses = list(world.entry(spec.name).poses)
    return (
        world.objects.index(spec.name),
        world.colours.index(spec.colour) if spec.colour else UNSPECIFIED,
        MATERIALS.index(spec.material) if spec.material else UNSPECIFIED,
        poses.index(spec.pose) if spec.pose in poses else UNSPECIFIED,
        spec.prompt.number if spec.prompt else UNSPECIFIED,
    )


def make_caption(
    labels: LabelRow, world: World, rng: np.random.Generator, prompts: Sequence[str] = ()
) -> tuple[str, LabelRow]:
    """Return a true caption of an image, with the labels of what it mentions.

    It varies in words, synonyms, fillers and plurals. An image made for a prompt is mostly captioned with that prompt,
    which `prompts` has by number.
    """
    name_index, colour, material, pose, prompt = labels
    if prompt >= 0 and rng.random() < 0.75:
        return _pick(TEMPLATES, rng).format(prompts[prompt]), labels
    colour = colour if rng.random() < 0.93 else UNSPECIFIED
    material = material if rng.random() < 0.93 else UNSPECIFIED
    pose = pose if rng.random() < 0.7 else UNSPECIFIED
    entry = world.entry(world.objects[name_index])
    words = [_pick(_colour_words(world, colour), rng)] if colour >= 0 else []
    words += [_pick(_material_words(world, material), rng)] if material >= 0 else []
    noun = entry.name if rng.random() < 0.6 or not entry.also else _pick(entry.also, rng)
    words.append(plural(noun) if rng.random() < 0.05 else noun)
    if pose >= 0:
        name = list(entry.poses)[pose]
        position = 0 if rng.random() < 0.5 else len(words)
        words.insert(position, _pick(entry.poses[name] or (name,), rng))
    if rng.random() < 0.25:
        words.insert(0, _pick(FILLERS, rng))
    return _pick(TEMPLATES, rng).format(" ".join(words)), (name_index, colour, material, pose, UNSPECIFIED)


def make_other_look_caption(labels: LabelRow, world: World, rng: np.random.Generator) -> tuple[str, LabelRow]:
    """Return a caption of the same object in a random colour or material: the hardest kind to tell apart."""
    name_index = labels[0]
    if rng.random() < 0.75:
        colour = int(rng.integers(len(world.colours)))
        return make_caption((name_index, colour, UNSPECIFIED, UNSPECIFIED, UNSPECIFIED), world, rng)
    material = int(rng.integers(len(MATERIALS)))
    return make_caption((name_index, UNSPECIFIED, material, UNSPECIFIED, UNSPECIFIED), world, rng)


def make_unknown_caption(world: World, rng: np.random.Generator) -> str:
    """Return a caption of an object that no image shows."""
    noun = _pick([noun for noun in _unknown_nouns(world) if noun not in HELD_BACK_NOUNS], rng)
    colour = f"{_pick(world.colours, rng)} " if rng.random() < 0.5 else ""
    return _pick(TEMPLATES, rng).format(colour + noun)


def match_captions(images: Labels, captions: Labels, world: World) -> NDArray[np.int8]:
    """Return a matrix [images, captions]: 1 where the caption is true, 0 where it is wrong, -1 where it may be either.

    A caption is wrong if any of its labels is, and true if all are; what it does not mention counts as true.
    """
    own_material = np.array(
        [
            MATERIALS.index(m) if m in MATERIALS else UNSPECIFIED
            for m in (world.entry(name).material for name in world.objects)
        ]
    )
    # Objects: images of nothing match no caption, unknown objects match no image.
    shown, named = images.objects[:, None], captions.objects[None]
    objects = np.where((shown == UNSPECIFIED) | (named == UNKNOWN_OBJECT), 0, world.object_matches[shown, named])
    # Colours and materials: each is compared with its own kind, else with the other one of the image.
    shown_colour, shown_material = images.colours[:, None], images.materials[:, None]
    named_colour, named_material = captions.colours[None], captions.materials[None]
    colours = np.where(shown_colour >= 0, world.colour_matches[shown_colour, named_colour], -1)
    by_material = world.material_colour_matches[shown_material, named_colour]
    colours = np.where((shown_colour < 0) & (shown_material >= 0), by_material, colours)
    colours = np.where(named_colour < 0, 1, colours)
    materials = np.where(shown_material >= 0, world.material_matches[shown_material, named_material], -1)
    by_colour = world.material_colour_matches[named_material, shown_colour]
    is_usual = own_material[shown] == named_material
    materials = np.where((shown_material < 0) & (shown_colour >= 0) & ~is_usual, by_colour, materials)
    materials = np.where(named_material < 0, 1, materials)
    # Poses are never wrong for certain. Prompts are certain only about the images made for them.
    named_pose = captions.poses[None]
    poses = np.where((named_pose < 0) | (images.poses[:, None] == named_pose), 1, -1)
    made_for, named_prompt = images.prompts[:, None], captions.prompts[None]
    is_own = (made_for >= 0) & (named_prompt == made_for)
    prompts = np.where(is_own, 1, np.where(has_wrong_part(images, captions), 0, -1))
    prompts = np.where(named_prompt == UNSPECIFIED, 1, prompts)
    every = np.stack([objects, colours, materials, poses, prompts])
    return np.where((every == 0).any(axis=0), 0, np.where((every == -1).any(axis=0), -1, 1)).astype(np.int8)


def has_wrong_part(images: Labels, captions: Labels) -> NDArray[np.bool_]:
    """Check [images, captions] whether a caption is the image's own prompt with a part in a wrong colour."""
    made_for = images.prompts[:, None].astype(np.int32)
    return (made_for >= 0) & (captions.prompts[None] == wrong_part_label(made_for))


def all_words(world: World, prompts: Iterable[str] = ()) -> list[str]:
    """Return every word and phrase that the model is taught, for the scorer's vocabulary."""
    words = {*FILLERS, *(word for text in prompts for word in text.split())}
    for i in range(len(world.colours)):
        words.update(_colour_words(world, i))
    for i in range(len(MATERIALS)):
        words.update(_material_words(world, i))
    for entry in world.vocabulary.entries.values():
        words.update((entry.name, *entry.also))
        words.update(word for name, spoken in entry.poses.items() for word in (spoken or (name,)))
    words.update(word for template in TEMPLATES for word in template.replace("{}", " ").replace(",", " ").split())
    return sorted(words)


def plural(noun: str) -> str:
    """Return the regular plural of a noun."""
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _colour_words(world: World, colour: int) -> list[str]:
    name = world.colours[colour]
    return [name, name] + [word for word, owner in world.vocabulary.colour_words.items() if owner == name]


def _material_words(world: World, material: int) -> list[str]:
    name = MATERIALS[material]
    return [word for word, owner in world.vocabulary.material_words.items() if owner == name]


def _unknown_nouns(world: World) -> list[str]:
    known = {*world.vocabulary.exact, *world.vocabulary.related}
    return [noun for noun in UNKNOWN_NOUNS if noun not in known]


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
