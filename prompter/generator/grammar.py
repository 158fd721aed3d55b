"""Writes prompts by a grammar: words of vocabulary.yaml in the forms of grammar.yaml, without a model or network."""

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
class DescribedObject:
    """One object: a noun for it, and its usual colours, parts and poses."""

    noun: str
    colours: tuple[str, ...]
    parts: tuple[str, ...]
    poses: tuple[str, ...]


class Grammar:
    """Writes prompts of one object each, by category."""

    def __init__(self, vocabulary: Mapping[str, Any], rules: Mapping[str, Any]) -> None:
        self._rules = rules
        self._describing = _describing_words(vocabulary)
        self._objects = {
            category: _objects(
                entries, frozenset(rules["skip"]), self._describing, frozenset(rules["silent"].get(category, ()))
            )
            for category, entries in vocabulary["categories"].items()
        }

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories, in the order of the vocabulary."""
        return tuple(self._objects)

    def prompt(self, category: str, rng: random.Random) -> str:
        """Return a prompt of three to ten words without repeated words. Raises KeyError for an unknown category."""
        block = self._rules["categories"][category]
        forms, weights = list(block["forms"]), list(block["forms"].values())
        for _ in range(_TRIES):
            item = rng.choice(rng.choice(self._objects[category]))
            form = rng.choices(forms, weights)[0]
            if (text := self._fill(form, item, block, rng)) is not None:
                return text
        raise ValueError(f"no form of the category {category} fits its objects")

    def _fill(self, form: str, item: DescribedObject, block: Mapping[str, Any], rng: random.Random) -> str | None:
        describing = set(item.noun.split()) & self._describing
        slots = _SLOT.findall(form)
        if describing and {"colour", "own", "material", "size", "style"} & set(
            slots[: slots.index("noun")] if "noun" in slots else ()
        ):
            return None  # such as "wooden tin robot"
        words = []
        for slot in slots:
            word = self._word(slot, item, block, rng)
            if word is None:
                return None
            words.append(word)
        values = iter(words)
        text = _SLOT.sub(lambda _: next(values), form)
        content = [word.rstrip("s") for word in text.split() if word not in {"a", "an", "and", "with", "of", "in"}]
        return text if len(set(content)) == len(content) and 3 <= len(text.split()) <= 10 else None

    def _word(self, slot: str, item: DescribedObject, block: Mapping[str, Any], rng: random.Random) -> str | None:
        if slot in {"noun", "a_noun"}:
            return item.noun if slot == "noun" else with_article(item.noun)
        if slot in {"part", "wear"}:
            return self._part(slot, item, rng)
        choices = {
            "own": [colour for colour in item.colours if colour != "skin"],
            "colour": self._rules["palettes"].get(block.get("colours", ""), ()),
            "pose": [pose for pose in item.poses if " " not in pose],
            "likeness": _LIKENESSES,
            "glow": self._rules["palettes"]["glow"],
        }.get(slot) or block.get(f"{slot}s", ())
        return rng.choice(choices) if choices else None

    def _part(self, slot: str, item: DescribedObject, rng: random.Random) -> str | None:
        garments = self._rules["garments"]
        known = [part for part in item.parts if part in self._rules["parts"] and (slot == "part" or part in garments)]
        if not known:
            return None
        wording, palette = self._rules["parts"][rng.choice(known)]
        colour = rng.choice(self._rules["palettes"][palette] if isinstance(palette, str) else palette)
        if wording.startswith(("a ", "an ")):
            return with_article(f"{colour} {wording.partition(' ')[2]}")
        return f"{colour} {wording}"


def load_grammar(folder: Path = RESOURCES) -> Grammar:
    """Load the project's grammar."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = [(folder / name).read_text(encoding="utf-8") for name in ("vocabulary.yaml", "grammar.yaml")]
    vocabulary, rules = (yaml.load(text, Loader=loader) for text in files)  # noqa: S506 - both are safe loaders
    return Grammar(vocabulary, rules)


def with_article(words: str) -> str:
    """Return the words with "a" or "an" in front."""
    vowel = words[0] in "aeio" or (words[0] == "u" and not words.startswith(("uni", "ufo", "u boat")))
    return f"{'an' if vowel else 'a'} {words}"


def _objects(
    entries: Mapping[str, Any], skip: frozenset[str], describing: frozenset[str], silent: frozenset[str]
) -> list[list[DescribedObject]]:
    """Return the objects of a category: for each, a list with one entry per noun that names it."""
    return [
        [
            DescribedObject(
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
