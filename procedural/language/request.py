"""The request that a prompt is read as, and its description in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

MAX_COPIES = 9
"""More copies would each be too small to recognise."""
MAX_ITEMS = 3
"""Further kinds of objects are ignored."""


class How(Enum):
    """How the object for an unknown word was found."""

    MEANING = "the nearest in meaning"
    SPELLING = "the nearest in spelling"
    CATEGORY = "one of its kind"
    PART = "something that has one"
    CHANCE = "nothing was recognised; a guess by spelling"


@dataclass(frozen=True, slots=True)
class Guess:
    """The word of the prompt that an object was guessed for, and how."""

    word: str
    how: How


@dataclass(frozen=True, slots=True)
class Look:
    """Colour and material by name; None where the prompt does not say."""

    colour: str | None = None
    material: str | None = None

    def __str__(self) -> str:
        return " ".join(word for word in (self.colour, self.material) if word)


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of object. `looks` are the first and second look of the whole, `parts` those of named parts."""

    name: str
    count: int = 1
    looks: tuple[Look, ...] = ()
    parts: Mapping[str, Look] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    pattern: str | None = None
    pose: str | None = None
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class ObjectRequest:
    """Everything that was understood of a prompt, and the words that were not."""

    items: tuple[Item, ...]
    ignored: tuple[str, ...] = ()


def describe_request(request: ObjectRequest) -> str:
    """Describe the request in plain words: "bicycle: pink; wheel: black; unknown words ignored: zippy"."""
    phrases = [_item(item) for item in request.items]
    if request.ignored:
        phrases.append("unknown words ignored: " + ", ".join(request.ignored))
    return "; ".join(phrases)


def _item(item: Item) -> str:
    first, second = (*item.looks, Look(), Look())[:2]
    traits = [str(look) for look in item.looks if look != Look()]
    if first == Look() and second != Look():
        traits = [f"details {second}"]
    traits += [*item.sizes, *(word for word in (item.pattern, item.pose) if word)]
    traits += [f"{part} {look}" for part, look in item.parts.items()]
    name = item.name if item.count == 1 else f"{item.count} x {item.name}"
    if item.guess is not None and not item.guess.word:
        name += " (nothing was recognised)"
    elif item.guess is not None:
        name += f' (for "{item.guess.word}": {item.guess.how.value})'
    return f"{name}: {', '.join(traits)}" if traits else name
