"""Content words of a prompt, and the share of them that a scorer does not know."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Set

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

_FUNCTION_WORDS = """
    a an the this that these those some any one of on in at by for from to into onto with without and or but as is are
    its it his her their my your over under near next very
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words without a meaning of their own: never counted as unknown, never counted as shared with a distractor."""


def content_words(text: str) -> list[str]:
    """Return the words of `text` that carry meaning: lower case, without accents, singular, in order, with repeats."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return [singular(word) for word in _WORD.findall(plain) if word not in FUNCTION_WORDS]


def singular(word: str) -> str:
    """Return the regular English singular: "cherries" → "cherry", "boxes" → "box", "cars" → "car", "car's" → "car"."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def read_vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """Return all content words of a vocabulary file: one word or phrase a line, "#" starts a comment."""
    return frozenset(word for line in lines for word in content_words(line.split("#", 1)[0]))


def outside_share(prompt: str, vocabulary: Set[str]) -> float:
    """Return the share of the prompt's content words that are not in the vocabulary; 1 for a prompt without any."""
    words = content_words(prompt)
    return sum(word not in vocabulary for word in words) / len(words) if words else 1.0
