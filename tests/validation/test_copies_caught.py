"""Fingerprints distinguish copies of real assets from other assets of the same prompt, as a validator compares them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
import torch

from generation.backends import LOADERS
from splats.codecs import decode, encode_spz
from splats.model import Splats
from splats.turn import rotate_about_y
from validation.assets.fingerprint import embedding
from validation.schemas import NEAR_DUPLICATE_DISTANCE, embedding_distance

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PROMPTS = (
    *("pink bicycle", "green dragon", "golden crown with red gems", "wooden chair", "blue car with white wheels"),
    *("red apple", "white rabbit", "stone castle", "purple wizard", "glass vase"),
)
SEEDS = 15


@pytest.fixture(scope="module")
def families() -> dict[str, list[Splats]]:
    """Return assets of several seeds by prompt."""
    generate = LOADERS["procedural"]("cpu")
    return {
        prompt: [generate(prompt, seed, lambda _progress: None).splats for seed in range(SEEDS)] for prompt in PROMPTS
    }


def altered(splats: Splats, seed: int) -> Iterator[tuple[str, Splats]]:
    """Yield copies whose bytes differ from the original, with the name of each change."""
    draw = torch.Generator().manual_seed(seed)
    jitter = 0.004 * torch.randn(len(splats), 3, generator=draw)
    thinned = splats.select(torch.rand(len(splats), generator=draw) > 0.05)
    yield "reordered", splats.select(torch.randperm(len(splats), generator=draw))
    yield "requantised", decode(encode_spz(splats))
    yield "jittered", replace(splats, means=splats.means + jitter)
    yield "turned", rotate_about_y(splats, 360 * float(torch.rand(1, generator=draw)))
    yield "scaled", replace(splats, means=1.7 * splats.means, scales=1.7 * splats.scales)
    yield "thinned", thinned
    yield "turned and thinned", rotate_about_y(thinned, 57.0)


def test_at_least_95_percent_of_altered_copies_are_caught(families: dict[str, list[Splats]]) -> None:
    caught: list[bool] = []
    for assets in families.values():
        for seed, splats in enumerate(assets[:3]):
            own = embedding(splats)
            caught += [
                embedding_distance(own, embedding(copy)) < NEAR_DUPLICATE_DISTANCE for _, copy in altered(splats, seed)
            ]
    assert len(caught) == 10 * 3 * 7
    assert sum(caught) / len(caught) >= 0.95


def test_no_false_alarm_over_a_thousand_pairs_of_one_prompt(families: dict[str, list[Splats]]) -> None:
    pairs = [pair for assets in families.values() for pair in combinations([embedding(one) for one in assets], 2)]
    assert len(pairs) >= 1000
    assert [math.dist(a, b) for a, b in pairs if embedding_distance(a, b) < NEAR_DUPLICATE_DISTANCE] == []
