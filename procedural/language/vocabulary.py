"""The words the generator knows, read from the words.yaml files: what they mean, not how sentences are read.

The files are edited by hand, so they are checked at every load; VocabularyError says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

WORDS_FOLDER = Path(__file__).parent.parent / "objects"

Rgb = tuple[float, float, float]


class VocabularyError(ValueError):
    """The words.yaml files contradict each other or themselves; the message says where."""


@dataclass(frozen=True, slots=True)
class Material:
    """A material: the finish of its surface, and its own colours (RGB in [0, 1]; may be empty)."""

    name: str
    finish: str
    colours: tuple[Rgb, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: the words for it, and its looks where the prompt does not say.

    `parts` and `poses` map a name that the build function uses to other words for it.
    """

    name: str
    category: str
    also: tuple[str, ...]
    related: tuple[str, ...]
    colours: tuple[str, ...]
    accents: tuple[str, ...]
    material: str | None
    parts: Mapping[str, tuple[str, ...]]
    poses: Mapping[str, tuple[str, ...]]

    def part(self, word: str) -> str | None:
        """Return the part that `word` names, or None."""
        return next((part for part, words in self.parts.items() if word == part or word in words), None)

    def pose(self, word: str) -> str | None:
        """Return the pose that `word` asks for, or None."""
        return next((pose for pose, words in self.poses.items() if word == pose or word in words), None)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything in the words.yaml files, with an index by word (singular, lower case, single spaces) for each kind.

    `phrases` are the words for parts and poses of any object; `alone` maps some of those to the object that they mean
    by themselves.
    """

    colours: Mapping[str, Rgb]
    colour_words: Mapping[str, str]
    materials: Mapping[str, Material]
    material_words: Mapping[str, str]
    size_words: Mapping[str, str]
    pattern_words: Mapping[str, str]
    categories: Mapping[str, tuple[str, ...]]
    entries: Mapping[str, Entry]
    exact: Mapping[str, str]
    related: Mapping[str, str]
    links: Mapping[str, str]
    accents: frozenset[str]
    numbers: Mapping[str, int]
    groups: Mapping[str, int]
    depictions: Mapping[str, str]
    alone: Mapping[str, str]
    fillers: frozenset[str]
    phrases: frozenset[str]

    def category(self, name: str) -> list[str]:
        """Return the names of the objects of a category, in file order."""
        return [e.name for e in self.entries.values() if e.category == name]


def load_vocabulary(folder: Path = WORDS_FOLDER) -> Vocabulary:
    """Read and check the vocabulary. Raises VocabularyError."""
    return check_vocabulary(read_words(folder))


def read_words(folder: Path = WORDS_FOLDER) -> dict[str, Any]:
    """Return the words of all objects: `folder`/words.yaml, and under "categories" each category's own words.yaml."""
    words = _read_yaml(folder / "words.yaml")
    words["categories"] = {name: _read_yaml(folder / name / "words.yaml") for name in words["categories"]}
    return words


def _read_yaml(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as file:
        return dict(yaml.load(file, Loader=loader))  # noqa: S506 - both are safe loaders


def check_vocabulary(data: Mapping[str, Any]) -> Vocabulary:
    """Build the vocabulary from what `read_words` returns. Raises VocabularyError."""
    colours = {name: _rgb(values[0]) for name, values in data["colours"].items()}
    materials = {
        name: Material(name, m["finish"], tuple(_rgb(c) for c in m["colours"])) for name, m in data["materials"].items()
    }
    entries: dict[str, Entry] = {}
    for category, section in data["categories"].items():
        for name, block in section.items():
            if name == "words":
                continue
            if name in entries:
                raise VocabularyError(f"{name} is in two categories, {entries[name].category} and {category}")
            entries[name] = _entry(name, category, block or {})
    for entry in entries.values():
        _check_looks(entry, colours, materials)
    if missing := [m for m in data["depictions"].values() if m not in materials]:
        raise VocabularyError(f"depictions: no material {missing[0]!r}")
    exact = _index("object", ((w, e.name) for e in entries.values() for w in (e.name, *e.also)))
    related = _index("object", ((w, e.name) for e in entries.values() for w in e.related), taken=exact)
    for word, name in data["alone"].items():
        if name not in entries or word in exact or word in related:
            raise VocabularyError(f"alone: {word!r} already names an object, or {name!r} is not an object")
    return Vocabulary(
        colours=colours,
        colour_words=_index("colour", ((w, n) for n, v in data["colours"].items() for w in (n, *v[1:]))),
        materials=materials,
        material_words=_index("material", ((w, n) for n, m in data["materials"].items() for w in m["words"])),
        size_words=_index("size", ((w, n) for n, words in data["sizes"].items() for w in (n, *words))),
        pattern_words=_index("pattern", ((w, n) for n, words in data["patterns"].items() for w in (n, *words))),
        categories={name: tuple(section["words"]) for name, section in data["categories"].items()},
        entries=entries,
        exact=exact,
        related=related,
        links={word: link for link, words in data["links"].items() for word in words},
        accents=frozenset(data["accents"]),
        numbers=dict(data["numbers"]),
        groups=dict(data["groups"]),
        depictions=dict(data["depictions"]),
        alone=dict(data["alone"]),
        fillers=frozenset(data["fillers"]),
        phrases=frozenset(
            word
            for e in entries.values()
            for names in (e.parts, e.poses)
            for name, words in names.items()
            for word in (name, *words)
        ),
    )


def _entry(name: str, category: str, block: Mapping[str, Any]) -> Entry:
    known = {"also", "related", "colours", "accent", "material", "parts", "poses"}
    if unknown := set(block) - known:
        raise VocabularyError(f"{name}: unknown key {min(unknown)}")
    return Entry(
        name,
        category,
        tuple(block.get("also", ())),
        tuple(block.get("related", ())),
        tuple(block.get("colours", ())),
        tuple(block.get("accent", ())),
        block.get("material"),
        {part: tuple(words or ()) for part, words in (block.get("parts") or {}).items()},
        {pose: tuple(words or ()) for pose, words in (block.get("poses") or {}).items()},
    )


def _check_looks(entry: Entry, colours: Mapping[str, Rgb], materials: Mapping[str, Material]) -> None:
    for colour in (*entry.colours, *entry.accents):
        if colour not in colours:
            raise VocabularyError(f"{entry.name}: no colour {colour!r}")
    if entry.material is not None and entry.material not in materials:
        raise VocabularyError(f"{entry.name}: no material {entry.material!r}")
    if not entry.colours and not (entry.material and materials[entry.material].colours):
        raise VocabularyError(f"{entry.name}: no colours, and no material that has a colour")
    claimed: dict[str, str] = {}
    for part, words in entry.parts.items():
        for word in (part, *words):
            if claimed.setdefault(word, part) != part:
                raise VocabularyError(f"{entry.name}: {word!r} names two parts, {claimed[word]} and {part}")


def _index(kind: str, pairs: Iterable[tuple[str, str]], taken: Mapping[str, str] | None = None) -> dict[str, str]:
    index: dict[str, str] = {}
    for word, name in pairs:
        owner = index.get(word, (taken or {}).get(word))
        if owner is not None and (owner != name or taken is not None):
            raise VocabularyError(f"{word!r} names two of a kind ({kind}): {owner} and {name}")
        if word != " ".join(word.lower().replace("-", " ").split()):
            raise VocabularyError(f"{word!r} must be lower case, with single spaces and no hyphens")
        index[word] = name
    return index


def _rgb(text: str) -> Rgb:
    if len(text) != 7 or text[0] != "#":
        raise VocabularyError(f"a colour is written #rrggbb, not {text!r}")
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
