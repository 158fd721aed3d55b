"""Words out of text."""

from __future__ import annotations

import pytest

from procedural.language.words import singulars, stems, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Red car", ["red", "car"]),
        ("knight's helmet", ["knight", "helmet"]),
        ("the knights' helmets", ["the", "knights", "helmets"]),
        ("red-roofed house", ["red", "roofed", "house"]),
        ("car, red!", ["car", ",", "red", ","]),
        ("Café crème", ["cafe", "creme"]),
        ("", []),
        ("🚗", [","]),
    ],
)
def test_tokens(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("word", "singular"),
    [
        ("cars", "car"),
        ("buses", "bus"),
        ("wolves", "wolf"),
        ("knives", "knife"),
        ("berries", "berry"),
        ("men", "man"),
        ("firemen", "fireman"),
        ("torches", "torch"),
        ("geese", "goose"),
    ],
)
def test_singulars_contain_the_singular(word: str, singular: str) -> None:
    assert singular in singulars(word)


def test_singulars_begin_with_the_word_itself() -> None:
    assert singulars("glasses")[0] == "glasses"


def test_glass_has_no_singular() -> None:
    assert singulars("glass") == ["glass"]


@pytest.mark.parametrize(("word", "stem"), [("roofed", "roof"), ("striped", "stripe"), ("finned", "fin")])
def test_stems(word: str, stem: str) -> None:
    assert stem in stems(word)


def test_red_is_not_stemmed() -> None:
    assert stems("red") == []
