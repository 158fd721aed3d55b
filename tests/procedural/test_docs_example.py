"""The example objects of docs/procedural.md can be built from the code on the page."""

from __future__ import annotations

import numpy as np
import pytest

from procedural.builder import Builder
from tools.procedural_example import IMAGES, PAGE, Examples, build_example, read_examples


@pytest.fixture(scope="module")
def examples() -> Examples:
    return read_examples()


def test_the_page_shows_every_image() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"]({name})" in page and (PAGE.parent / name).is_file() for name in IMAGES)


@pytest.mark.parametrize("prompt", ["traffic cone", "donkey", "sitting donkey"])
def test_an_example_builds_into_splats(examples: Examples, prompt: str) -> None:
    splats = build_example(examples, prompt, seed=0)
    assert 20_000 <= len(splats) <= 60_000


@pytest.mark.parametrize("name", ["traffic cone", "donkey"])
def test_an_example_adds_only_parts_that_its_words_name(examples: Examples, name: str) -> None:
    entry = examples.vocabulary.entries[name]
    for pose in (None, *entry.poses):
        for seed in range(8):
            builder = Builder(np.random.default_rng(seed), pose)
            examples.build_functions[name](builder)
            assert {part.name for part in builder.parts} <= set(entry.parts)
