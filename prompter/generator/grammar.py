"""Prompts out of a grammar: the words of vocabulary.yaml in the forms of grammar.yaml. Needs no model and no network.

Pure given its random generator; knows nothing of filters or of the collector.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RESOURCES = Path(__file__).resolve().parent.parent / "resources"

_SLOT = re.compile(r"{(\w+)}")
_LIKENESSES = ("statue", "figurine", "statuette", "carving")
_TRIES = 200


@dataclass(frozen=True, slots=True)
class Thing:
    """One object: the noun that names it, its usual colours, the parts and poses it has."""

    noun: str
    colours: tuple[str, ...]
    parts: tuple[str, ...]
    poses: tuple[str, ...]


class Grammar:
    """Makes prompts of one object each, by category. Raises KeyError for a category it does not have."""

    def __init__(self, vocabulary: Mapping[str, Any], rules: Mapping[str, Any]) -> None:
        self._rules = rules
        self._describing = _describing_words(vocabulary)
        self._things = {
            category: _things(
                entries, frozenset(rules["skip"]), self._describing, frozenset(rules["silent"].get(category, ()))
            )
            for category, entries in vocabulary["categories"].items()
        }

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories, in the order of the vocabulary."""
        return tuple(self._things)

    def prompt(self, category: str, rng: random.Random) -> str:
        """A prompt of three to ten words, in which no word stands twice."""
        block = self._rules["categories"][category]
        forms, weights = list(block["forms"]), list(block["forms"].values())
        for _ in range(_TRIES):
            thing = rng.choice(rng.choice(self._things[category]))
            form = rng.choices(forms, weights)[0]
            if (text := self._filled(form, thing, block, rng)) is not None:
                return text
        raise ValueError(f"no form of {category} fits its objects")

    def _filled(self, form: str, thing: Thing, block: Mapping[str, Any], rng: random.Random) -> str | None:
        named = set(thing.noun.split()) & self._describing
        slots = _SLOT.findall(form)
        if named and {"colour", "own", "material", "size", "style"} & set(
            slots[: slots.index("noun")] if "noun" in slots else ()
        ):
            return None  # "wooden tin robot", "blue ice cream"
        words = []
        for slot in slots:
            word = self._word(slot, thing, block, rng)
            if word is None:
                return None
            words.append(word)
        values = iter(words)
        text = _SLOT.sub(lambda _: next(values), form)
        content = [word.rstrip("s") for word in text.split() if word not in {"a", "an", "and", "with", "of", "in"}]
        return text if len(set(content)) == len(content) and 3 <= len(text.split()) <= 10 else None

    def _word(self, slot: str, thing: Thing, block: Mapping[str, Any], rng: random.Random) -> str | None:
        if slot in {"noun", "a_noun"}:
            return thing.noun if slot == "noun" else with_article(thing.noun)
        if slot in {"part", "wear"}:
            return self._part(slot, thing, rng)
        choices = {
            "own": [colour for colour in thing.colours if colour != "skin"],
            "colour": self._rules["palettes"].get(block.get("colours", ""), ()),
            "pose": [pose for pose in thing.poses if " " not in pose],
            "likeness": _LIKENESSES,
            "glow": self._rules["palettes"]["glow"],
        }.get(slot) or block.get(f"{slot}s", ())
        return rng.choice(choices) if choices else None

    def _part(self, slot: str, thing: Thing, rng: random.Random) -> str | None:
        garments = self._rules["garments"]
        known = [part for part in thing.parts if part in self._rules["parts"] and (slot == "part" or part in garments)]
        if not known:
            return None
        said, palette = self._rules["parts"][rng.choice(known)]
        colour = rng.choice(self._rules["palettes"][palette] if isinstance(palette, str) else palette)
        if said.startswith(("a ", "an ")):
            return with_article(f"{colour} {said.partition(' ')[2]}")
        return f"{colour} {said}"


def load_grammar(folder: Path = RESOURCES) -> Grammar:
    """The grammar that comes with the project."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = [(folder / name).read_text(encoding="utf-8") for name in ("vocabulary.yaml", "grammar.yaml")]
    vocabulary, rules = (yaml.load(text, Loader=loader) for text in files)  # noqa: S506 - both are safe loaders
    return Grammar(vocabulary, rules)


def with_article(words: str) -> str:
    """The words with "a" or "an" in front."""
    vowel = words[0] in "aeio" or (words[0] == "u" and not words.startswith(("uni", "ufo", "u boat")))
    return f"{'an' if vowel else 'a'} {words}"


def _things(
    entries: Mapping[str, Any], skip: frozenset[str], describing: frozenset[str], silent: frozenset[str]
) -> list[list[Thing]]:
    """The things of a category: a list for each object, of the nouns that name it."""
    return [
        [
            Thing(
                noun,
                tuple(entry["colours"]),
                tuple(p for p in entry["parts"] if p not in silent),
                tuple(entry["poses"]),
            )
            for noun in (name, *entry["also"])
            if noun == name or (noun not in skip and not set(noun.split()) & describing)
        ]
        for name, entry in entries.items()
        if name not in skip or any(word not in skip for word in entry["also"])
    ]


def _describing_words(vocabulary: Mapping[str, Any]) -> frozenset[str]:
    groups = [
        vocabulary["colours"],
        *vocabulary["materials"].values(),
        *vocabulary["sizes"],
        *vocabulary["sizes"].values(),
    ]
    words = {word for group in groups for word in ([group] if isinstance(group, str) else group)}
    return frozenset(words | {"old", "retro", "vintage", "toy", "cute", "royal", "magic", "furry"})
