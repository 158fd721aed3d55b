"""Prompts unlike the one asked for: a fixed list, and the rule that picks from it. Knows no model.

A line of the list reads "a yellow school bus | bus, coach, vehicle": the prompt, then the words which make another
prompt too much like it to be a fair contrast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from validation.scoring.words import content_words


@dataclass(frozen=True, slots=True)
class Distractor:
    """One prompt of the list and the (singular, lower-case) words that exclude it."""

    prompt: str
    like: frozenset[str]


def read_distractors(lines: Iterable[str]) -> tuple[Distractor, ...]:
    """The list in file order; empty lines and "#" comments are left out. Raises ValueError for a line without "|"."""
    found = []
    for line in lines:
        text = line.split("#", 1)[0].strip()
        if not text:
            continue
        prompt, bar, like = text.partition("|")
        if not bar:
            raise ValueError(f"a distractor needs its like-words after a bar: {text!r}")
        found.append(Distractor(prompt.strip(), frozenset(content_words(like))))
    return tuple(found)


def unlike(prompt: str, distractors: Sequence[Distractor], count: int) -> list[int]:
    """Indices of the first `count` distractors whose like-words share nothing with the prompt.

    When too few are that different (a very long prompt), those that share the fewest words fill up, in file order.
    """
    words = set(content_words(prompt))
    ranked = sorted(range(len(distractors)), key=lambda i: (len(words & distractors[i].like), i))
    return ranked[:count]
