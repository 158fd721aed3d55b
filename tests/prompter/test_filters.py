"""Each filter drops what it should, and lets good prompts through."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompter.generator.filters import FilterRules
from prompter.generator.repeats import Recent, words_of
from prompter.generator.settings import GeneratorConfig
from serving.settings import read_yaml


@pytest.fixture(scope="module")
def rules(root: Path) -> FilterRules:
    return read_yaml(root / "prompter/resources/generator.yaml", GeneratorConfig).filters


@pytest.mark.parametrize(
    "prompt",
    [
        "red sports car with black wheels",
        "A knight's golden helmet",
        "porcelain cup with a blue saucer and a golden rim",
        "one-eyed green monster, furry and plump",
        "forest green kitchen chair with sky blue legs",
        "old television set with wooden legs",
    ],
)
def test_good_prompts_pass(rules: FilterRules, prompt: str) -> None:
    assert rules.reason(prompt) is None


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("red car", "length"),
        ("a very long red car with so many words that it tells a story", "length"),
        ("robot model R2 in blue", "digits"),
        ("красная спортивная машина", "language"),
        ("coche rojo con ruedas negras", "language"),
        ("red car {json: true}", "language"),
        ("red fox in a snowy forest", "scene"),
        ("wooden chair on top of hill", "scene"),
        ("red lighthouse at night", "scene"),
        ("silver robot against a blue sky", "scene"),
        ("pair of leather boots", "several_objects"),
        ("three blue tin robots", "several_objects"),
        ("a red apple and a green pear", "several_objects"),
        ("a sexy red robot", "profanity"),
        ("silver sword with silver blade", "repeats"),
    ],
)
def test_bad_prompts_are_dropped_for_their_reason(rules: FilterRules, prompt: str, reason: str) -> None:
    assert rules.reason(prompt) == reason


def test_the_same_words_are_no_new_prompt() -> None:
    recent = Recent()
    assert recent.is_new("a red car with black wheels")
    assert not recent.is_new("Red cars with a black wheel")
    assert recent.is_new("a red car with white wheels")


def test_what_is_long_ago_counts_as_new() -> None:
    recent = Recent(capacity=2)
    assert [recent.is_new(word) for word in ("one", "two", "three", "one", "three")] == [True, True, True, True, False]


@pytest.mark.parametrize(("one", "many"), [("box", "boxes"), ("bike", "bikes"), ("berry", "berries"), ("car", "cars")])
def test_number_makes_no_difference(one: str, many: str) -> None:
    assert words_of(one) == words_of(many)


def test_different_things_differ() -> None:
    assert words_of("glass bowl") != words_of("glass ball")


@pytest.mark.parametrize("name", ["generator.yaml", "generator_llm.yaml"])
def test_the_bundled_configurations_hold_no_key(root: Path, name: str) -> None:
    config = read_yaml(root / "prompter/resources" / name, GeneratorConfig)
    assert len(config.categories) == 13
    assert config.collector.api_key_file is not None
