"""The grammar, its vocabulary, and the bundled prompts written with it."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from procedural.language.prompt import read_prompt
from procedural.language.vocabulary import load_vocabulary
from prompter.generator.grammar import Grammar, load_grammar, with_article
from tools.export_vocabulary import vocabulary_yaml
from tools.make_default_prompts import is_understood


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return load_grammar()


@pytest.fixture(scope="module")
def bundled(root: Path) -> list[str]:
    return (root / "prompter/resources/default_prompts.txt").read_text(encoding="utf-8").splitlines()


def test_the_vocabulary_is_that_of_the_procedural_generator(root: Path) -> None:
    assert (root / "prompter/resources/vocabulary.yaml").read_text(encoding="utf-8") == vocabulary_yaml()


def test_the_same_seed_gives_the_same_prompts(grammar: Grammar) -> None:
    assert grammar.prompt("robots", random.Random(1)) == grammar.prompt("robots", random.Random(1))


def test_prompts_have_three_to_ten_words_and_rarely_repeat(grammar: Grammar) -> None:
    rng = random.Random(2)
    for category in grammar.categories:
        made = [grammar.prompt(category, rng) for _ in range(100)]
        assert all(3 <= len(prompt.split()) <= 10 for prompt in made)
        assert len(set(made)) > 90


def test_an_unknown_category_is_an_error(grammar: Grammar) -> None:
    with pytest.raises(KeyError):
        grammar.prompt("weather", random.Random(1))


@pytest.mark.parametrize(
    ("words", "expected"), [("orange hat", "an orange hat"), ("unicorn", "a unicorn"), ("ufo", "a ufo")]
)
def test_articles_follow_the_sound(words: str, expected: str) -> None:
    assert with_article(words) == expected


def test_the_bundled_prompts_are_many_and_all_different(bundled: list[str]) -> None:
    assert len(bundled) >= 10_000
    assert len(set(bundled)) == len(bundled)


def test_the_bundled_prompts_are_understood_word_for_word(bundled: list[str]) -> None:
    vocabulary = load_vocabulary()
    assert [prompt for prompt in bundled[::20] if not is_understood(prompt, vocabulary)] == []


def test_the_bundled_prompts_are_balanced_over_the_categories(bundled: list[str]) -> None:
    vocabulary = load_vocabulary()
    shown = Counter(vocabulary.entries[read_prompt(p, vocabulary).items[0].name].category for p in bundled[::8])
    assert len(shown) == 13
    assert min(shown.values()) > 60
