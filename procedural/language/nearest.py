"""Find the nearest known object for unknown words: by category, part, end of a compound word, or spelling."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from procedural.language.request import Guess, How
from procedural.language.vocabulary import Vocabulary
from procedural.language.words import singulars

GOOD_SPELLING = 0.88
"""Jaro-Winkler similarity (0 to 1) from which a word counts as a misspelling of another.

"bycicle" is 0.96 of "bicycle"; "shoe" is 0.78 of "house"."""


def find_nearest(words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, Guess]:
    """Return the name of the object nearest to `words` (may be empty), and how it was found."""
    for step in (_by_category, _by_part, _by_ending):
        for word in reversed(words):
            if found := step(word, words, vocabulary):
                return found
    return _by_spelling(words, vocabulary)


def _by_category(word: str, words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, Guess] | None:
    for category, words_of_category in vocabulary.categories.items():
        if any(form in words_of_category for form in singulars(word)):
            return _any_of(vocabulary.category(category), " ".join(words)), Guess(word, How.CATEGORY)
    return None


def _by_part(word: str, _words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, Guess] | None:
    """Return what the word stands for alone, else the simplest object that has such a part."""
    if word in vocabulary.alone:
        return vocabulary.alone[word], Guess(word, How.MEANING)
    owners = [entry for entry in vocabulary.entries.values() if entry.part(word)]
    if not owners:
        return None
    return min(owners, key=lambda e: (word not in e.parts, len(e.parts))).name, Guess(word, How.PART)


def _by_ending(word: str, _words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, Guess] | None:
    """Match the end of a compound: "moonbicycle"."""
    ends = [known for known in _names(vocabulary) if len(known) > 2 and len(word) > 4 and word.endswith(known)]
    return (_object(max(ends, key=len), vocabulary), Guess(word, How.MEANING)) if ends else None


def _by_spelling(words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, Guess]:
    best_word, best_name, best_score = "", "", -1.0
    for word in words:
        match = process.extractOne(word, _names(vocabulary), scorer=JaroWinkler.normalized_similarity)
        if match is not None and match[1] > best_score:
            best_word, best_name, best_score = word, match[0], float(match[1])
    if not best_name:
        return _any_of(list(vocabulary.entries), ""), Guess("", How.CHANCE)
    how = How.SPELLING if best_score >= GOOD_SPELLING else How.CHANCE
    return _object(best_name, vocabulary), Guess(best_word, how)


def _names(vocabulary: Vocabulary) -> list[str]:
    return [*vocabulary.exact, *vocabulary.related]


def _object(word: str, vocabulary: Vocabulary) -> str:
    return vocabulary.exact.get(word) or vocabulary.related[word]


def _any_of(names: list[str], text: str) -> str:
    """Choose one of `names`, the same one for the same text."""
    return names[int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % len(names)]
