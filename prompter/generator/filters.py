"""Filters prompts: a good one describes one object in three to ten English words, without a scene around it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SEVERAL = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens?|several|many|multiple|various|"
    r"(?:pair|group|set|collection|pile|bunch|family|herd|flock)s? of)\b"
)
_PREPOSITION = r"\b(?:in|on|at|by|near|under|over|above|through|across|against|amid|among|inside|before) (?:\w+ ){0,2}"
_SECOND_OBJECT = re.compile(
    r"(?:\band|,|\bbeside|\bnext to|\bnear|\bwith another|\bversus|\bvs)\s+(?:an?|the|another)\s+"
)
_OTHER_LANGUAGE = frozenset(
    "el la los las del une les des avec und mit der das ein eine con una uma com een och".split()  # noqa: SIM905
)


class FilterRules(BaseModel):
    """Limits and words of the filters, from the configuration. Words are lower case and match their plural in -s too.

    Scene words are rejected anywhere, places only after a preposition: "fox in a snowy forest", but not "forest green
    fox".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_words: Annotated[int, Field(ge=1)] = 3
    max_words: Annotated[int, Field(le=40)] = 10
    max_chars: Annotated[int, Field(ge=8, le=1024)] = 120
    scene_words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    profanity: tuple[str, ...] = ()

    @cached_property
    def _scene_pattern(self) -> re.Pattern[str] | None:
        return _any_of(self.scene_words)

    @cached_property
    def _place_pattern(self) -> re.Pattern[str] | None:
        return _any_of(self.places, after=_PREPOSITION)

    @cached_property
    def _profanity_pattern(self) -> re.Pattern[str] | None:
        return _any_of(self.profanity)

    def rejection(self, prompt: str) -> str | None:
        """Return the first reason to reject a prompt, or None.

        Reasons: language, digits, length, profanity, scene, several_objects, repeats.
        """
        text = prompt.casefold().replace("’", "'")
        words = _WORD.findall(text)
        if not text.isascii() or not words or _OTHER_LANGUAGE & set(words) or re.search(r"[^a-z0-9 ,.'\"()-]", text):
            return "language"
        if re.search(r"\d", text):
            return "digits"
        if not self.min_words <= len(words) <= self.max_words or len(prompt) > self.max_chars:
            return "length"
        scenes = (("scene", self._scene_pattern), ("scene", self._place_pattern))
        checks = (("profanity", self._profanity_pattern), *scenes, ("several_objects", _SEVERAL))
        for name, pattern in checks:
            if pattern is not None and pattern.search(text):
                return name
        # After "with" come features of the one object: "cup with a blue saucer and a red rim".
        if _SECOND_OBJECT.search(text.partition(" with ")[0]):
            return "several_objects"
        long_words = [word for word in words if len(word) > 3]
        return "repeats" if len(set(long_words)) < len(long_words) else None


def _any_of(words: tuple[str, ...], after: str = r"\b") -> re.Pattern[str] | None:
    return re.compile(rf"{after}(?:{'|'.join(map(re.escape, words))})s?\b") if words else None
