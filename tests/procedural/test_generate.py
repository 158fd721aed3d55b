"""The procedural generator as a whole: bounds, determinism, colours obeyed, progress, cancellation."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from generation.backends.contract import Cancelled, Generated, Generator, Progress
from procedural.language.vocabulary import Vocabulary
from splats.model import Splats, bounds
from splats.sh import SH_C0

PROMPTS = ("golden crown with red gems", "striped dog, sitting", "two glass teapots")

DIGEST_CODE = """
import hashlib, sys
from generation.backends import LOADERS
generate = LOADERS["procedural"]("cpu")
for prompt in sys.argv[1:]:
    s = generate(prompt, 7, lambda _: None).splats
    tensors = (s.means, s.quats, s.scales, s.opacities, s.sh)
    print(hashlib.sha256(b"".join(t.numpy().tobytes() for t in tensors)).hexdigest())
"""


def make(generate: Generator, prompt: str, seed: int = 0) -> Generated:
    return generate(prompt, seed, lambda _: None)


def mean_colour(splats: Splats) -> np.ndarray:
    return np.asarray((splats.sh[:, 0] * SH_C0 + 0.5).mean(dim=0))


def digests(hash_seed: str, threads: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": threads}
    return subprocess.Popen(
        [sys.executable, "-c", DIGEST_CODE, *PROMPTS], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_splats_are_normalised_and_sound(generate: Generator) -> None:
    splats = make(generate, "pink bicycle").splats
    low, high = bounds(splats)
    assert float((high - low).max()) == pytest.approx(1, abs=1e-4)
    assert torch.allclose(splats.quats.norm(dim=1), torch.ones(len(splats)), atol=1e-5)
    assert float(splats.scales.min()) > 0
    assert splats.sh.shape[1] == 1
    assert bool(torch.isfinite(splats.means).all())


@pytest.mark.parametrize(
    "prompt",
    [
        "\U0001f3f3\ufe0f\u200d\U0001f308 flag",
        "\U0001f469\U0001f3fd\u200d\U0001f680",
        "\u062f\u0648\u0686\u0631\u062e\u0647\u200c\u06cc \u0635\u0648\u0631\u062a\u06cc",
        "\u0930\u094d\u200d\u092f \u0932\u093e\u0932 car",
    ],
)
def test_joiners_and_emoji_do_not_disturb_the_parser(generate: Generator, prompt: str) -> None:
    assert len(make(generate, prompt).splats) > 0


def test_same_bytes_in_processes_with_other_hashes_and_thread_counts() -> None:
    with digests("1", "1") as first, digests("2", "2") as second:
        outputs = [process.communicate()[0] for process in (first, second)]
    assert len(outputs[0].split()) == len(PROMPTS)
    assert outputs[0] == outputs[1]


def test_two_seeds_differ(generate: Generator) -> None:
    first, second = make(generate, "teapot", 0).splats, make(generate, "teapot", 1).splats
    assert first.means.shape != second.means.shape or not torch.equal(first.means, second.means)


def test_a_colour_leaves_the_shape_alone(generate: Generator) -> None:
    assert torch.equal(make(generate, "red teapot").splats.means, make(generate, "blue teapot").splats.means)


@pytest.mark.parametrize("colour", ["red", "yellow", "green", "blue", "purple", "white", "black", "brown"])
def test_colour_is_obeyed(colour: str, generate: Generator, vocabulary: Vocabulary) -> None:
    asked = np.array(vocabulary.colours[colour])
    made = mean_colour(make(generate, f"{colour} and {colour} teapot").splats)
    assert np.abs(made - asked).max() < 0.2
    others = [
        np.array(rgb) for name, rgb in vocabulary.colours.items() if name in {"red", "green", "blue", "white", "black"}
    ]
    assert all(np.abs(made - asked).sum() <= np.abs(made - other).sum() for other in others)


def test_part_colour_is_obeyed(generate: Generator) -> None:
    plain, asked = make(generate, "white car").splats, make(generate, "white car with green wheels").splats
    green = mean_colour(asked) - mean_colour(plain)
    assert green[1] > green[0]
    assert green[1] > green[2]


def test_white_object_is_seen_on_white(generate: Generator) -> None:
    rgb = (make(generate, "white and white teapot").splats.sh[:, 0] * SH_C0 + 0.5).numpy()
    assert float(np.median(rgb)) < 0.93
    assert float(rgb.std()) > 0.05


def test_copies_stand_side_by_side(generate: Generator) -> None:
    low, high = bounds(make(generate, "three teapots").splats)
    assert float((high - low)[0]) == pytest.approx(1, abs=1e-4)
    assert float((high - low)[1]) < 0.5


def test_tall_is_taller(generate: Generator) -> None:
    def slimness(prompt: str) -> float:
        low, high = bounds(make(generate, prompt).splats)
        return float((high - low)[1] / (high - low)[0])

    assert slimness("tall teapot") > 1.2 * slimness("teapot")


def test_pattern_needs_two_colours(generate: Generator) -> None:
    striped = (make(generate, "red and white striped teapot").splats.sh[:, 0] * SH_C0 + 0.5).numpy()
    whitish = (striped.min(axis=1) > 0.5).mean()
    assert 0.2 < whitish < 0.8


def test_glass_lets_light_through(generate: Generator) -> None:
    assert float(make(generate, "glass teapot").splats.opacities.median()) < 0.6


def test_understood_is_returned(generate: Generator) -> None:
    assert make(generate, "zorby pink bicycle").understood == "bicycle: pink; unknown words ignored: zorby"


def test_progress_rises_to_one(generate: Generator) -> None:
    seen: list[Progress] = []
    generate("red car", 0, seen.append)
    fractions = [p.fraction for p in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(fractions) > 12


@pytest.mark.parametrize("after", [0, 1, 5, -2])
def test_cancelling_stops_it(after: int, generate: Generator) -> None:
    seen: list[Progress] = []
    generate("teapot", 0, seen.append)
    calls = range(len(seen))[after]

    def report(_: Progress) -> None:
        if len(reports) == calls:
            raise Cancelled
        reports.append(None)

    reports: list[None] = []
    with pytest.raises(Cancelled):
        generate("teapot", 0, report)
