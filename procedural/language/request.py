"""What a prompt was understood to ask for, and saying so in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

MAX_COPIES = 9
"""More of one thing than this would each be too small to know."""
MAX_ITEMS = 3
"""More kinds of things than this are ignored."""


class How(Enum):
    """How an object was found for a word that does not name it."""

    MEANING = "the nearest in meaning"
    SPELLING = "the nearest in spelling"
    CATEGORY = "one of its kind"
    PART = "something that has one"
    CHANCE = "nothing was recognised; a guess by spelling"


@dataclass(frozen=True, slots=True)
class Guess:
    """The word of the prompt an object stands in for, and how it was found."""

    word: str
    how: How


@dataclass(frozen=True, slots=True)
class Look:
    """Colour and material by name, each None where the prompt says nothing."""

    colour: str | None = None
    material: str | None = None

    def __str__(self) -> str:
        return " ".join(word for word in (self.colour, self.material) if word)


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of object asked for. `looks`: first and second look of the whole; `parts`: those of named parts."""

    name: str
    count: int = 1
    looks: tuple[Look, ...] = ()
    parts: Mapping[str, Look] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    pattern: str | None = None
    pose: str | None = None
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Everything understood of a prompt, and the words that were not."""

    items: tuple[Item, ...]
    ignored: tuple[str, ...] = ()


def understood(request: Request) -> str:
    """The request in plain words: "bicycle: pink; wheel: black; unknown words ignored: zippy"."""
    said = [_item(item) for item in request.items]
    if request.ignored:
        said.append("unknown words ignored: " + ", ".join(request.ignored))
    return "; ".join(said)


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
