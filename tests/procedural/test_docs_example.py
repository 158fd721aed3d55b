"""The example object of docs/procedural.md can be built from the code on the page."""

from __future__ import annotations

import numpy as np

from procedural.builder import Builder
from tools.procedural_example import build_example, read_example


def test_the_example_builds_into_splats() -> None:
    splats = build_example(seed=0)
    assert 20_000 <= len(splats) <= 60_000


def test_the_example_adds_only_parts_that_its_words_name() -> None:
    name, build, vocabulary = read_example()
    for seed in range(8):
        builder = Builder(np.random.default_rng(seed))
        build(builder)
        assert {part.name for part in builder.parts} <= set(vocabulary.entries[name].parts)
