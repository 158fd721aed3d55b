"""What makes a good prompt: one object, three to ten words of English, nothing around it. Pure.

`FilterRules.reason` names the first fault; the words come from the configuration.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_COUNTED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens?|several|many|multiple|various|"
    r"(?:pair|group|set|collection|pile|bunch|family|herd|flock)s? of)\b"
)
_WHERE = r"\b(?:in|on|at|by|near|under|over|above|through|across|against|amid|among|inside|before) (?:\w+ ){0,2}"
_SECOND = re.compile(r"(?:\band|,|\bbeside|\bnext to|\bnear|\bwith another|\bversus|\bvs)\s+(?:an?|the|another)\s+")
_OTHER_LANGUAGE = frozenset(
    "el la los las del une les des avec und mit der das ein eine con una uma com een och".split()  # noqa: SIM905
)


class FilterRules(BaseModel):
    """Bounds and words of the filters. Words are lower case; each stands for itself and its plural in -s.

    A scene word is refused anywhere, a place only where something is in it: "fox in a snowy forest", but not "forest
    green fox".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_words: Annotated[int, Field(ge=1)] = 3
    max_words: Annotated[int, Field(le=40)] = 10
    max_chars: Annotated[int, Field(ge=8, le=1024)] = 120
    scene_words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    profanity: tuple[str, ...] = ()

    @cached_property
    def _scenes(self) -> re.Pattern[str] | None:
        return _any_of(self.scene_words)

    @cached_property
    def _elsewhere(self) -> re.Pattern[str] | None:
        return _any_of(self.places, after=_WHERE)

    @cached_property
    def _profane(self) -> re.Pattern[str] | None:
        return _any_of(self.profanity)

    def reason(self, prompt: str) -> str | None:
        """Why `prompt` is no good, or None: language, digits, length, profanity, scene, several_objects, repeats."""
        text = prompt.casefold().replace("’", "'")
        words = _WORD.findall(text)
        if not text.isascii() or not words or _OTHER_LANGUAGE & set(words) or re.search(r"[^a-z0-9 ,.'\"()-]", text):
            return "language"
        if re.search(r"\d", text):
            return "digits"
        if not self.min_words <= len(words) <= self.max_words or len(prompt) > self.max_chars:
            return "length"
        scenes = (("scene", self._scenes), ("scene", self._elsewhere))
        checks = (("profanity", self._profane), *scenes, ("several_objects", _COUNTED))
        for name, pattern in checks:
            if pattern is not None and pattern.search(text):
                return name
        # What follows "with" are features of the one object: "cup with a blue saucer and a red rim".
        if _SECOND.search(text.partition(" with ")[0]):
            return "several_objects"
        longest = [word for word in words if len(word) > 3]
        return "repeats" if len(set(longest)) < len(longest) else None


def _any_of(words: tuple[str, ...], after: str = r"\b") -> re.Pattern[str] | None:
    return re.compile(rf"{after}(?:{'|'.join(map(re.escape, words))})s?\b") if words else None
