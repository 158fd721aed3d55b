"""Prompts as validators send them, drawn from the prompter's grammar, with what the generator reads in each."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from procedural.language.prompt import read_prompt
from procedural.language.request import Look
from prompter.generator.grammar import load_grammar
from tools.scorer_training.world import GrammarPrompt, World

TRIES = 5
"""Prompts drawn for each one wanted, since the grammar picks objects of a category by chance."""
TOO_SMALL = ("eyes", "headlights")
"""Parts whose colour fills only a pixel or two of a view."""
_PART = re.compile(r"\b(?:with|in|and) (?:an? )?")


def draw_prompts(world: World, per_object: int, seed: int) -> dict[str, list[GrammarPrompt]]:
    """Return up to `per_object` different prompts of every object; the same arguments return the same prompts.

    A prompt qualifies if the generator understands every word of it and it asks for one object.
    """
    grammar, rng = load_grammar(), random.Random(seed)
    found: dict[str, list[GrammarPrompt]] = {name: [] for name in world.objects}
    seen: set[str] = set()
    number = 0
    for category in grammar.categories:
        for _ in range(TRIES * per_object * len(world.objects) // len(grammar.categories)):
            text = grammar.prompt(category, rng)
            if text in seen:
                continue
            seen.add(text)
            request = read_prompt(text, world.vocabulary)
            if request.ignored or len(request.items) != 1 or request.items[0].guess or request.items[0].count != 1:
                continue
            item = request.items[0]
            if len(found[item.name]) < per_object:
                found[item.name].append(GrammarPrompt(number, text, item))
                number += 1
    return found


def is_trainable(prompt: GrammarPrompt, world: World) -> bool:
    """Check that the colour and material of the whole object are not held back."""
    look = prompt.item.looks[0] if prompt.item.looks else Look()
    return not any(word and world.is_held_back(prompt.item.name, word) for word in (look.colour, look.material))


def recolour_part(text: str, world: World, rng: random.Random) -> str | None:
    """Return the prompt with another colour for its last part ("with black wheels"), or None if no part is coloured."""
    *_, start = [match.end() for match in _PART.finditer(text)] or [None]
    if start is None:
        return None
    part = text[start:]
    if part.endswith(TOO_SMALL):
        return None
    known = {**{colour: colour for colour in world.colours}, **world.vocabulary.colour_words}
    word = next((word for word in sorted(known, key=len, reverse=True) if part.startswith(f"{word} ")), None)
    if word is None or known[word] not in world.colours:
        return None
    others = different_colours(known[word], world)
    return f"{text[:start]}{rng.choice(others)}{part[len(word) :]}" if others else None


def different_colours(colour: str, world: World) -> Sequence[str]:
    """Return the colours that are clearly different from this one."""
    row = world.colour_matches[world.colours.index(colour)]
    return [other for other, match in zip(world.colours, row, strict=True) if match == 0]
