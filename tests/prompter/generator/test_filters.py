"""The filters: good prompts pass, bad ones are rejected for the right reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompter.generator.filters import FilterRules
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
    assert rules.rejection(prompt) is None


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
def test_bad_prompts_are_rejected_with_the_reason(rules: FilterRules, prompt: str, reason: str) -> None:
    assert rules.rejection(prompt) == reason
