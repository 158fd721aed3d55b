"""Cut a prompt into phrases and clauses: "red car with black wheels" → [red, car], with [black, wheel]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from procedural.language.vocabulary import Vocabulary
from procedural.language.words import singulars, tokens

LONGEST_PHRASE = 3


class Link(Enum):
    """How a clause is linked to the words before it."""

    START = "start"
    AND = "and"
    WITH = "with"
    IN = "in"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase, in the singular, with everything it may mean. An unknown word has no meaning set."""

    text: str
    object: str | None = None
    related: bool = False
    plural: bool = False
    colour: str | None = None
    material: str | None = None
    size: str | None = None
    pattern: str | None = None
    number: int | None = None
    grouped: bool = False
    filler: bool = False

    @property
    def known(self) -> bool:
        """Check whether the word has a meaning of its own."""
        return bool(
            self.object or self.colour or self.material or self.size or self.pattern or self.number or self.filler
        )


@dataclass(slots=True)
class Clause:
    """The words of a clause, and how it is linked to the words before it."""

    link: Link
    words: list[Word] = field(default_factory=list)

    @property
    def head(self) -> int | None:
        """Index of the last word that names an object, or None."""
        return next((i for i in reversed(range(len(self.words))) if self.words[i].object), None)


def cut_clauses(prompt: str, vocabulary: Vocabulary) -> list[Clause]:
    """Cut `prompt` into clauses, without empty ones."""
    clauses = [Clause(Link.START)]
    for word in _phrases(tokens(prompt), vocabulary):
        link = _link(word, clauses[-1], vocabulary)
        if link is not None:
            clauses.append(Clause(link))
        if link is None or word.text not in {"and", ",", *vocabulary.links}:
            clauses[-1].words.append(word)
    return _depicted([clause for clause in clauses if clause.words], vocabulary)


def _depicted(clauses: list[Clause], vocabulary: Vocabulary) -> list[Clause]:
    """Read words such as "statue" as the material of the object, if the prompt also names another object."""
    words = [word for clause in clauses if clause.link is not Link.ASIDE for word in clause.words]
    if not any(w.object and w.text not in vocabulary.depictions for w in words):
        return clauses
    made_of = {} if any(w.material for w in words) else vocabulary.depictions
    return [Clause(c.link, [_likeness(w, vocabulary, made_of.get(w.text)) for w in c.words]) for c in clauses]


def _likeness(word: Word, vocabulary: Vocabulary, material: str | None) -> Word:
    if word.text not in vocabulary.depictions:
        return word
    return Word(word.text, material=material, filler=material is None)


def _link(word: Word, clause: Clause, vocabulary: Vocabulary) -> Link | None:
    if word.text in {"and", ","}:
        return Link.AND
    if word.text in vocabulary.links:
        return Link(vocabulary.links[word.text])
    is_verb = word.text.endswith("ing") and len(word.text) > 4 and not word.known
    if is_verb and clause.head is not None and word.text not in vocabulary.phrases:
        return Link.ASIDE  # "a dragon breathing fire" asks for a dragon
    return None


def _phrases(words: Sequence[str], vocabulary: Vocabulary) -> list[Word]:
    found, i = [], 0
    while i < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - i), 0, -1):
            word = _look_up(words[i : i + length], vocabulary)
            if word is not None or length == 1:
                found.append(word or Word(words[i]))
                i += length
                break
    return found


def _look_up(words: Sequence[str], vocabulary: Vocabulary) -> Word | None:
    """Look a phrase up as it is, then with its last word in the singular. Returns None if no list has it."""
    lead = " ".join(words[:-1])
    for last in singulars(words[-1]):
        text = f"{lead} {last}".strip()
        word = Word(
            text,
            object=vocabulary.exact.get(text) or vocabulary.related.get(text),
            related=text in vocabulary.related,
            plural=last != words[-1],
            colour=vocabulary.colour_words.get(text),
            material=vocabulary.material_words.get(text),
            size=vocabulary.size_words.get(text),
            pattern=vocabulary.pattern_words.get(text),
            number=vocabulary.numbers.get(text) or vocabulary.groups.get(text) or _digits(text),
            grouped=text in vocabulary.groups,
            filler=text in vocabulary.fillers,
        )
        if word.known or text in vocabulary.phrases or text in vocabulary.depictions:
            return word
    return None


def _digits(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 2 and int(text) > 1 else None
