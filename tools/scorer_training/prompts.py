"""What validators really ask for: prompts of the project's grammar, each with what the generator reads in it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from procedural.language.prompt import read_prompt
from procedural.language.request import Look
from prompter.generator.grammar import load_grammar
from tools.scorer_training.world import Asked, World

TRIES = 5
"""Prompts drawn for each one that is wanted: a category's things come up by chance."""
TOO_SMALL = ("eyes", "headlights")
"""Parts whose colour fills a pixel or two of a view."""
_PART = re.compile(r"\b(?:with|in|and) (?:an? )?")


def asked_of_things(world: World, each: int, seed: int) -> dict[str, list[Asked]]:
    """Up to `each` different prompts for every thing; the same arguments give the same prompts and numbers.

    Only prompts of which the generator understands every word, about one thing.
    """
    grammar, rng = load_grammar(), random.Random(seed)
    found: dict[str, list[Asked]] = {thing: [] for thing in world.things}
    seen: set[str] = set()
    number = 0
    for category in grammar.categories:
        for _ in range(TRIES * each * len(world.things) // len(grammar.categories)):
            text = grammar.prompt(category, rng)
            if text in seen:
                continue
            seen.add(text)
            request = read_prompt(text, world.vocabulary)
            if request.ignored or len(request.items) != 1 or request.items[0].guess or request.items[0].count != 1:
                continue
            item = request.items[0]
            if len(found[item.name]) < each:
                found[item.name].append(Asked(number, text, item))
                number += 1
    return found


def may_be_taught(asked: Asked, world: World) -> bool:
    """Whether the look of the whole is one that is not held back."""
    look = asked.item.looks[0] if asked.item.looks else Look()
    return not any(word and world.held_back(asked.item.name, word) for word in (look.colour, look.material))


def wrong_part(text: str, world: World, rng: random.Random) -> str | None:
    """The prompt with another colour of its last part ("with black wheels"), None where it names none."""
    *_, last = [match.end() for match in _PART.finditer(text)] or [None]
    if last is None:
        return None
    said = text[last:]
    if said.endswith(TOO_SMALL):
        return None
    known = {**{colour: colour for colour in world.colours}, **world.vocabulary.colour_words}
    named = next((word for word in sorted(known, key=len, reverse=True) if said.startswith(f"{word} ")), None)
    if named is None or known[named] not in world.colours:
        return None
    others = far_colours(known[named], world)
    return f"{text[:last]}{rng.choice(others)}{said[len(named) :]}" if others else None


def far_colours(colour: str, world: World) -> Sequence[str]:
    """Colours that nobody takes for this one."""
    row = world.colours_differ[world.colours.index(colour)]
    return [other for other, same in zip(world.colours, row, strict=True) if same == 0]
