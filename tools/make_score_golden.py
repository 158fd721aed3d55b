"""Write tests/validation/golden/: twenty small assets, prompts, and their scores by the shipped scorer.

python -m tools.make_score_golden        (only for a new scorer version: the scores of a version do not change)

The assets are stored as bytes, so that the test depends on the scorer alone. Each is thinned to 3,000 splats.
honest.json has the scores of the generator's whole objects for the same prompts: if these objects change so much that
their mean score moves by more than 0.05, the scorer no longer fits them and needs a new version.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import torch

from generation.backends import LOADERS
from generation.backends.contract import Generator
from neurons.validator.tasks.rules import TaskRules
from serving.terminal import accept_any_text
from splats.codecs import encode_spz
from splats.model import Splats
from validation.assets.prepare import prepare
from validation.scoring.clip import load_encoder
from validation.scoring.judge import Judge
from validation.scoring.scorer import find_scorer_files

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "validation" / "golden"
SCORER = "three-gen-small@1"
SPLATS = 3000
MARGIN = 0.02
"""No golden score may be closer to a threshold of the network, so that rounding cannot decide a verdict."""
SHOWN = (
    "pink flamingo", "green dragon", "golden crown", "wooden chair", "blue car", "red apple", "white rabbit",
    "purple wizard", "silver robot", "red lighthouse", "yellow submarine", "orange cat", "brown teddy bear",
    "black sword", "turquoise vase",
)  # fmt: skip
"""Prompts whose assets are scored under their own prompt."""
MISJUDGED = (
    ("brown horse", "green dragon"),
    ("red car", "blue car"),
    ("wooden table", "red apple"),
    ("silver sword", "golden crown"),
    ("green apple", "green dragon"),
)
"""(prompt of the asset, prompt it is scored under)"""


def thinned(splats: Splats, count: int) -> Splats:
    """Return `count` splats chosen at random, widened so that the surface stays closed."""
    kept = splats.select(torch.randperm(len(splats), generator=torch.Generator().manual_seed(0))[:count])
    return replace(kept, scales=kept.scales * math.sqrt(len(splats) / count), sh=kept.sh[:, :1])


def honest_scores(judge: Judge, generate: Generator) -> dict[str, float]:
    """Return the scores of the generator's present objects, by prompt."""
    found = {}
    for seed, prompt in enumerate(SHOWN):
        data = encode_spz(generate(prompt, 0, lambda _progress: None).splats)
        found[prompt] = judge.judge(prompt, prepare(data, seed, judge.render_spec("cpu"))).score
    return found


def main() -> None:
    """Write the assets, golden.json and honest.json, and print each score."""
    accept_any_text()
    torch.set_num_threads(1)
    files = find_scorer_files(SCORER)
    judge = Judge(files, load_encoder(files))
    generate = LOADERS["procedural"]("cpu")
    thresholds = [threshold for threshold, _ in TaskRules().thresholds]
    FOLDER.mkdir(exist_ok=True)
    scores = []
    for seed, (shown, asked) in enumerate([(name, name) for name in SHOWN] + list(MISJUDGED)):
        name = shown.replace(" ", "-") + ".spz"
        data = encode_spz(thinned(generate(shown, 0, lambda _progress: None).splats, SPLATS))
        (FOLDER / name).write_bytes(data)
        score = judge.judge(asked, prepare(data, seed, judge.render_spec("cpu"))).score
        near = any(abs(score - threshold) < MARGIN for threshold in thresholds)
        print(f"{shown:20} as {asked:20} {score:.4f}{'  TOO CLOSE TO A THRESHOLD' if near else ''}")
        scores.append({"asset": name, "prompt": asked, "seed": seed, "score": score})
    honest = {"scorer": SCORER, "scores": honest_scores(judge, generate)}
    (FOLDER / "honest.json").write_text(json.dumps(honest, indent=1) + "\n")
    (FOLDER / "golden.json").write_text(json.dumps({"scorer": SCORER, "scores": scores}, indent=1) + "\n")


if __name__ == "__main__":
    main()
