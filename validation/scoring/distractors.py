"""Distractors: prompts unlike the one asked for, from a fixed list, and the rule that picks among them.

A line of the list reads "a yellow school bus | bus, coach, vehicle": the prompt, then the words that make another
prompt too similar for a fair contrast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from validation.scoring.words import content_words


@dataclass(frozen=True, slots=True)
class Distractor:
    """A prompt of the list and the (singular, lower-case) words that exclude it."""

    prompt: str
    like: frozenset[str]


def read_distractors(lines: Iterable[str]) -> tuple[Distractor, ...]:
    """Parse the list, in file order, without empty lines and "#" comments. Raises ValueError for a line without "|"."""
    distractors = []
    for line in lines:
        text = line.split("#", 1)[0].strip()
        if not text:
            continue
        prompt, bar, like = text.partition("|")
        if not bar:
            raise ValueError(f"expected 'prompt | similar words', not {text!r}")
        distractors.append(Distractor(prompt.strip(), frozenset(content_words(like))))
    return tuple(distractors)


def select_unlike(prompt: str, distractors: Sequence[Distractor], count: int) -> list[int]:
    """Return the indices of the first `count` distractors that share no similar words with the prompt.

    If too few qualify (a very long prompt), those that share the fewest words follow, in file order.
    """
    words = set(content_words(prompt))
    ranked = sorted(range(len(distractors)), key=lambda i: (len(words & distractors[i].like), i))
    return ranked[:count]
