"""Read a prompt: which objects, how many, in which colours, materials, sizes and poses.

A small grammar of English noun phrases, not a language model. The last known noun of a clause is its object, and the
adjectives in the clause belong to it; "with …" describes its parts, "in …" and "made of …" the whole; words after "on",
"near" and the like are left out. Every word ends up in the request, among the fillers, or in `ignored`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from procedural.language.clauses import Clause, Link, Word, cut_clauses
from procedural.language.nearest import find_nearest
from procedural.language.request import MAX_COPIES, MAX_ITEMS, Guess, How, Item, Look, ObjectRequest
from procedural.language.vocabulary import Entry, Vocabulary
from procedural.language.words import stems

SOME = 3
"""Number of copies for a plural without a number: "apples"."""


@dataclass(slots=True)
class _Draft:
    """An item being read. Until its object is known, `entry` is None and the description is collected here."""

    entry: Entry | None = None
    word: Word | None = None
    guess: Guess | None = None
    count: int | None = None
    grouped: bool = False
    looks: list[Look] = field(default_factory=list)
    parts: dict[str, Look] = field(default_factory=dict)
    sizes: list[str] = field(default_factory=list)
    pattern: str | None = None
    pattern_look: Look | None = None
    pose: str | None = None

    def item(self) -> Item:
        """Return the finished item. Raises ValueError without `entry`."""
        if self.entry is None:
            raise ValueError("the object of this item is not known yet")
        plural = self.word is not None and self.word.plural
        count = self.count if self.count is not None and (plural or not self.grouped) else (SOME if plural else 1)
        looks = self.looks[:2]
        if self.pattern_look is not None:
            looks = [*(looks or [Look()])[:1], self.pattern_look]
        return Item(
            self.entry.name,
            min(count, MAX_COPIES),
            tuple(looks),
            self.parts,
            tuple(dict.fromkeys(self.sizes)),
            self.pattern,
            self.pose,
            self.guess,
        )


def read_prompt(prompt: str, vocabulary: Vocabulary) -> ObjectRequest:
    """Read what `prompt` asks for: at least one item. Words that do not name a known object get the nearest one."""
    reader = _Reader(vocabulary)
    clauses = cut_clauses(prompt, vocabulary)
    reader.read([c for c in clauses if c.link is not Link.ASIDE])
    aside = [c for c in clauses if c.link is Link.ASIDE]
    if reader.drafts:
        for clause in aside:
            reader.leave_aside(clause)
    else:
        reader.read([as_first_clause(c) for c in aside])
    reader.find_nearest()
    return ObjectRequest(tuple(d.item() for d in reader.drafts), tuple(dict.fromkeys(reader.ignored)))


def as_first_clause(clause: Clause) -> Clause:
    """Return the clause as if the prompt began with it."""
    return Clause(Link.START, clause.words)


class _Reader:
    """Goes through the clauses once and fills the drafts of the items."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.drafts: list[_Draft] = []
        self.pending = _Draft()
        self.ignored: list[str] = []
        self.unknown: list[str] = []

    def read(self, clauses: Sequence[Clause]) -> None:
        """Read clauses in order; "and" continues with the subject of the clause before it."""
        previous = Link.START
        for clause in clauses:
            link = previous if clause.link is Link.AND else clause.link
            if not self.drafts or link is Link.START:
                self._read_object(clause)
            elif link is Link.IN and not self._names_part(clause):
                self._describe(self.drafts[-1], clause.words)
            elif not self._read_parts(self.drafts[-1], clause.words):
                link = Link.START
                self._read_object(clause)
            previous = link

    def _names_part(self, clause: Clause) -> bool:
        entry = self.drafts[-1].entry
        return entry is not None and any(entry.part(word.text) for word in clause.words)

    def leave_aside(self, clause: Clause) -> None:
        """Ignore a clause, except for a pose in it ("on a rock, sleeping")."""
        for word in clause.words:
            pose = self.drafts[-1].entry.pose(word.text) if self.drafts[-1].entry else None
            if pose:
                self._set_pose(self.drafts[-1], pose)
            elif not word.filler:
                self.ignored.append(word.text)

    def find_nearest(self) -> None:
        """Take the nearest object if the prompt names none."""
        if self.drafts:
            return
        name, guess = find_nearest(self.unknown, self.vocabulary)
        draft = replace(self.pending, entry=self.vocabulary.entries[name], guess=guess)
        self.drafts.append(draft)
        self.ignored = [word for word in self.ignored if word != guess.word]

    def _read_object(self, clause: Clause) -> None:
        """Read a clause that may name an object; otherwise it describes the last object, or the first one to come."""
        head = clause.head
        if head is None:
            self._describe(self.drafts[-1] if self.drafts else self.pending, clause.words)
            return
        word = clause.words[head]
        if len(self.drafts) == MAX_ITEMS:
            self.ignored.append(word.text)
            return
        name = word.object or ""
        draft = replace(self.pending, entry=self.vocabulary.entries[name], word=word)
        if word.related:
            draft.guess = Guess(word.text, How.MEANING)
        self.pending = _Draft()
        self.drafts.append(draft)
        self._describe(draft, [w for i, w in enumerate(clause.words) if i != head])

    def _describe(self, draft: _Draft, words: Sequence[Word]) -> None:
        """Add all adjectives to the draft; those of "red roofed" go to the roof."""
        looks = _LookReader()
        for word in words:
            stemmed = self._stem_part(draft, word)
            if stemmed is not None:
                draft.parts[stemmed] = looks.take()
            elif looks.note(word):
                continue
            elif not self._read_trait(draft, word):
                self._unknown(word)
        for look in looks.looks:
            gem = draft.entry.part("gem") if draft.entry is not None else None
            if gem and look.material and self.vocabulary.materials[look.material].finish == "crystal":
                draft.parts[gem] = look
            else:
                draft.looks.append(look)

    def _read_parts(self, draft: _Draft, words: Sequence[Word]) -> bool:
        """Read "black wheels", "golden trim" or "red stripes". Returns False if the words name another object."""
        entry = draft.entry
        if entry is None:
            return False
        named = [entry.part(word.text) for word in words]
        if not any(named) and any(w.object and not (w.colour or w.material or w.pattern) for w in words):
            return False
        looks = _LookReader()
        for word, part in zip(words, named, strict=True):
            if part is not None and not (looks.empty and word.colour and word is not words[-1]):
                look = looks.take()
                if look != Look():
                    draft.parts[part] = look
            elif word.pattern:
                draft.pattern = word.pattern
                draft.pattern_look = looks.take() if not looks.empty else draft.pattern_look
            elif word.text in self.vocabulary.accents:
                draft.looks = [*(draft.looks or [Look()])[:1], looks.take()]
            elif not looks.note(word) and not word.size and (word.number or not self._read_trait(draft, word)):
                self._unknown(word)  # numbers too: the builder decides how many of a part there are
        if not looks.empty:  # colours of something unknown become the second look of the object
            draft.looks = [*(draft.looks or [Look()])[:1], looks.take()]
        return True

    def _read_trait(self, draft: _Draft, word: Word) -> bool:
        pose = draft.entry.pose(word.text) if draft.entry is not None else None
        if pose is not None:
            self._set_pose(draft, pose)
        elif word.size:
            draft.sizes.append(word.size)
        elif word.pattern:
            draft.pattern = word.pattern
        elif word.number:
            draft.count, draft.grouped = word.number, word.grouped
        else:
            return word.filler
        return True

    def _set_pose(self, draft: _Draft, pose: str) -> None:
        """Set the pose. The last of several poses wins; earlier ones are reported as ignored."""
        if draft.pose not in {None, pose}:
            self.ignored.append(str(draft.pose))
        draft.pose = pose

    def _stem_part(self, draft: _Draft, word: Word) -> str | None:
        if draft.entry is None or word.known:
            return None
        return next((part for stem in stems(word.text) if (part := draft.entry.part(stem))), None)

    def _unknown(self, word: Word) -> None:
        self.unknown.append(word.text)
        self.ignored.append(word.text)


class _LookReader:
    """Collects colours and materials until they are assigned. A colour next to a material makes one look."""

    def __init__(self) -> None:
        self.looks: list[Look] = []

    @property
    def empty(self) -> bool:
        return not self.looks

    def note(self, word: Word) -> bool:
        """Collect the word if it is a colour or a material; returns whether it is."""
        last = self.looks[-1] if self.looks else Look()
        if word.material:
            joins = bool(self.looks) and last.material is None
            look = Look(last.colour if joins else None, word.material)
        elif word.colour:
            joins = bool(self.looks) and last.colour is None
            look = Look(word.colour, last.material if joins else None)
        else:
            return False
        self.looks = [*(self.looks[:-1] if joins else self.looks), look]
        return True

    def take(self) -> Look:
        """Return the last look, or an empty one, and clear the rest."""
        look = self.looks[-1] if self.looks else Look()
        self.looks = []
        return look
