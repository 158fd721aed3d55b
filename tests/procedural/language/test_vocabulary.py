"""The words.yaml files: complete, consistent, and checked when it is loaded."""

from __future__ import annotations

from typing import Any

import pytest

from procedural.language.vocabulary import Vocabulary, VocabularyError, check_vocabulary, read_words
from procedural.objects import OBJECTS
from procedural.surface.finishes import FINISHES
from procedural.surface.patterns import PATTERNS

CATEGORIES = list(OBJECTS)
KINDS = {f"{kind} tree" for kind in ("oak", "chestnut", "olive", "lemon", "orange", "cherry", "plum")} | {
    *("oak leaf", "cherry blossom", "sand castle", "snowy mountain", "snowy owl", "iron throne", "tin man"),
    *("orange fruit", "lime fruit", "gold coin", "sand timer", "ice hut", "ice house", "furry monster"),
    *("brown bear", "blue whale", "red fox", "honey bee", "rubber duck"),
}
"""Names that begin with a word for a colour or material but mean a kind of thing."""


@pytest.fixture
def data() -> Any:
    return read_words()


def test_all_thirteen_categories_are_there(vocabulary: Vocabulary) -> None:
    assert len(CATEGORIES) == 13
    assert list(vocabulary.categories) == CATEGORIES


@pytest.mark.parametrize("category", CATEGORIES)
def test_category_has_at_least_six_objects(category: str, vocabulary: Vocabulary) -> None:
    assert len(vocabulary.category(category)) >= 6


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_object_has_its_builder_and_its_words(category: str, vocabulary: Vocabulary) -> None:
    assert set(OBJECTS[category]) == set(vocabulary.category(category))


def test_every_finish_is_shaded(vocabulary: Vocabulary) -> None:
    assert {m.finish for m in vocabulary.materials.values()} <= set(FINISHES)


def test_every_pattern_is_drawn(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.pattern_words.values()) == set(PATTERNS)


def test_no_name_of_an_object_hides_a_colour(vocabulary: Vocabulary) -> None:
    words = {**vocabulary.related, **vocabulary.exact}
    looks = {*vocabulary.colour_words, *vocabulary.material_words}
    hidden = {w for w in words if w.split()[0] in looks and words.get(w.partition(" ")[2]) == words[w]}
    assert hidden <= KINDS


def test_word_of_two_objects_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["also"].append("bike")
    with pytest.raises(VocabularyError, match="'bike' names two of a kind"):
        check_vocabulary(data)


def test_related_word_that_names_another_object_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["related"].append("bicycle")
    with pytest.raises(VocabularyError, match="'bicycle' names two of a kind"):
        check_vocabulary(data)


def test_unknown_colour_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["colours"] = ["rainbow"]
    with pytest.raises(VocabularyError, match="car: no colour 'rainbow'"):
        check_vocabulary(data)


def test_unknown_material_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["material"] = "jelly"
    with pytest.raises(VocabularyError, match="car: no material 'jelly'"):
        check_vocabulary(data)


def test_unknown_key_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["colors"] = ["red"]
    with pytest.raises(VocabularyError, match="car: unknown key colors"):
        check_vocabulary(data)


def test_word_with_a_capital_or_a_hyphen_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["also"] = ["Motor-Car"]
    with pytest.raises(VocabularyError, match="must be lower case"):
        check_vocabulary(data)


def test_word_of_two_parts_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["parts"]["roof"] = ["wheel"]
    with pytest.raises(VocabularyError, match="'wheel' names two parts"):
        check_vocabulary(data)


@pytest.mark.parametrize(("word", "name"), [("zorb", "zeppelin"), ("bicycle", "car"), ("bike", "car")])
def test_word_for_what_stands_alone_names_a_known_object_and_is_not_one_itself(word: str, name: str, data: Any) -> None:
    data["alone"][word] = name
    with pytest.raises(VocabularyError, match=f"alone: '{word}'"):
        check_vocabulary(data)


def test_object_without_any_colour_is_refused(data: Any) -> None:
    data["categories"]["vehicles"]["car"]["colours"] = []
    with pytest.raises(VocabularyError, match="car: no colours"):
        check_vocabulary(data)


@pytest.mark.parametrize("text", ["red", "#ff00", "#gggggg"])
def test_colour_that_is_not_rrggbb_is_refused(text: str, data: Any) -> None:
    data["colours"]["red"][0] = text
    with pytest.raises(ValueError, match=r"rrggbb|base 16"):
        check_vocabulary(data)
