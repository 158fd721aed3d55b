"""Remembers the prompts of late, so that one said in other order, number or articles does not count as new."""

from __future__ import annotations

import re
from collections import OrderedDict

_EMPTY = frozenset({"a", "an", "the", "with", "and", "of", "in", "its", "has", "having", "featuring"})


class Recent:
    """The latest `capacity` prompts by their words; about 200 bytes each."""

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._seen: OrderedDict[int, None] = OrderedDict()

    def is_new(self, prompt: str) -> bool:
        """Whether no prompt of the same words is remembered; it is from now on."""
        key = hash(words_of(prompt))
        if key in self._seen:
            self._seen.move_to_end(key)
            return False
        self._seen[key] = None
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)
        return True


def words_of(prompt: str) -> tuple[str, ...]:
    """The words that tell a prompt from others, sorted, without articles and plural endings."""
    words = re.findall(r"[a-z]+", prompt.casefold().replace("'s", ""))
    return tuple(sorted(_stem(word) for word in words if word not in _EMPTY))


def _stem(word: str) -> str:
    """The word without what tells singular from plural; crude, but the same for every prompt."""
    if len(word) <= 3:
        return word
    word = re.sub(r"(?:ies|y)$", "i", word)
    return re.sub(r"(?<=[^s])s$", "", word).rstrip("e")
