from __future__ import annotations

import pytest

from validation.scoring.words import content_words, outside_share, read_vocabulary, singular


def test_content_words_are_lower_case_singular_and_without_function_words() -> None:
    assert content_words("A pair of RED cars, on the Boxes!") == ["pair", "red", "car", "box"]


def test_accents_do_not_matter() -> None:
    assert content_words("café") == content_words("cafe")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("cherries", "cherry"),
        ("glasses", "glass"),
        ("bus", "bus"),
        ("glass", "glass"),
        ("cat's", "cat"),
        ("dogs", "dog"),
    ],
)
def test_singular(word: str, expected: str) -> None:
    assert singular(word) == expected


def test_share_outside_the_vocabulary() -> None:
    vocabulary = read_vocabulary(["red", "teapot # a pot", "# nothing", "sports car"])
    assert outside_share("two red teapots", vocabulary) == pytest.approx(1 / 3)
    assert outside_share("a red sports car", vocabulary) == 0


@pytest.mark.parametrize("prompt", ["the", "!!!", "在"])
def test_a_prompt_without_known_words_is_outside(prompt: str) -> None:
    assert outside_share(prompt, frozenset({"red"})) == 1
