"""Near duplicates: the same words in another order, number or articles."""

from __future__ import annotations

import pytest

from prompter.generator.duplicates import RecentPrompts, words_of


def test_a_prompt_of_the_same_words_is_a_duplicate() -> None:
    recent = RecentPrompts()
    assert recent.add("a red car with black wheels")
    assert not recent.add("Red cars with a black wheel")
    assert recent.add("a red car with white wheels")


def test_the_oldest_prompts_are_forgotten() -> None:
    recent = RecentPrompts(capacity=2)
    assert [recent.add(word) for word in ("one", "two", "three", "one", "three")] == [True, True, True, True, False]


@pytest.mark.parametrize(("one", "many"), [("box", "boxes"), ("bike", "bikes"), ("berry", "berries"), ("car", "cars")])
def test_singular_and_plural_are_the_same(one: str, many: str) -> None:
    assert words_of(one) == words_of(many)


def test_different_objects_differ() -> None:
    assert words_of("glass bowl") != words_of("glass ball")
