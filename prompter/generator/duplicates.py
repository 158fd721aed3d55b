"""Finds near duplicates: prompts of the same words as a recent one, in any order, number or articles."""

from __future__ import annotations

import re
from collections import OrderedDict

_STOP_WORDS = frozenset({"a", "an", "the", "with", "and", "of", "in", "its", "has", "having", "featuring"})


class RecentPrompts:
    """The last `capacity` prompts, as hashes of their words; about 200 bytes each."""

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._seen: OrderedDict[int, None] = OrderedDict()

    def add(self, prompt: str) -> bool:
        """Remember a prompt; return False if one of the same words was remembered already."""
        key = hash(words_of(prompt))
        if key in self._seen:
            self._seen.move_to_end(key)
            return False
        self._seen[key] = None
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)
        return True


def words_of(prompt: str) -> tuple[str, ...]:
    """Return the stems of a prompt's words, sorted, without articles and other stop words."""
    words = re.findall(r"[a-z]+", prompt.casefold().replace("'s", ""))
    return tuple(sorted(_stem(word) for word in words if word not in _STOP_WORDS))


def _stem(word: str) -> str:
    """Strip the plural ending, roughly: enough that singular and plural come out the same."""
    if len(word) <= 3:
        return word
    word = re.sub(r"(?:ies|y)$", "i", word)
    return re.sub(r"(?<=[^s])s$", "", word).rstrip("e")
