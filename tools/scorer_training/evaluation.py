"""Measures a scorer on shapes, views and looks its model never saw: the figures of docs/scoring.md.

AUC is the probability that a right pair scores above a wrong one (Mann and Whitney 1947), ties counting half.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import Tensor

from splats.codecs import decode
from splats.model import normalise
from tools.scorer_training.captions import FILLERS, HELD_BACK_UNKNOWN, Labels, number, plural, truth
from tools.scorer_training.pictures import IMAGE_PX, SUPERSAMPLE, Studio, looks_of, null_pictures
from tools.scorer_training.prompts import asked_of_things, wrong_part
from tools.scorer_training.shipping import Shown, look, show, single_view
from tools.scorer_training.world import GRID_COLOURS, GRID_OBJECTS, Spec, World, load_world
from validation.assets.views import view_cameras
from validation.scoring.clip import ClipEncoder, load_encoder
from validation.scoring.score import Judgement, Vectors, score_asset, view_scores
from validation.scoring.scorer import Constants, ScorerFiles, find_scorer_files

TEST_SEEDS = 700_000
"""Seeds of the assets tested: neither trained on nor fitted on."""
UNTAUGHT_ADJECTIVES = ("dusty", "quirky", "rusty", "weathered", "sleek", "cozy", "gloomy", "polished")
"""Words that change little and that the model was never taught."""


def evaluate(scorer: str, shared: Path | None, held_back: int = 200, seeds: int = 64) -> dict[str, Any]:
    """All figures of a scorer by name; `shared` is the folder with hamburger.ply, if there is one."""
    files, world = find_scorer_files(scorer), load_world()
    encoder = load_encoder(files)
    rng = np.random.default_rng(TEST_SEEDS)
    able = [thing for thing in world.things if any(world.held_back(thing, colour) for colour in world.colours)]
    things = [able[int(i)] for i in rng.integers(len(able), size=held_back)]
    unseen = show([looks_of(t, 1, world, rng, held_back=True)[0] for t in things], world, encoder, TEST_SEEDS)
    report: dict[str, Any] = {"scorer": scorer, "retrieval": retrieval(world, encoder)}
    report["held_back"] = pairs(unseen, world, encoder, files.constants)
    demo = [looks_of(thing, 1, world, rng, held_back=False)[0] for thing in world.things]
    taught = show(demo, world, encoder, TEST_SEEDS + 40_000)
    report["demo_objects"] = pairs(taught, world, encoder, files.constants)
    prompts = [one for found in asked_of_things(world, 1, TEST_SEEDS).values() for one in found]
    asked = show([Spec.of(one) for one in prompts], world, encoder, TEST_SEEDS + 60_000)
    report["network_prompts"] = pairs(asked, world, encoder, files.constants)
    report["wrong_parts"] = wrong_parts(asked, world, encoder, files.constants)
    report["wordings"] = wordings(taught, world, encoder, files.constants)
    report["nulls"] = nulls(unseen, encoder, files.constants)
    report["unknown_words"] = unknown_words(unseen, encoder, files.constants)
    report["seed_noise"] = seed_noise(world, encoder, files.constants, seeds)
    if shared is not None:
        report["hamburger"] = hamburger(shared, world, encoder, files)
    return report


def retrieval(world: World, encoder: ClipEncoder, views: int = 4) -> dict[str, float]:
    """Top-1 among the hundred prompts of the grid, of one view and of the mean of four; and of each cue alone."""
    specs = [Spec(thing, colour) for thing in GRID_OBJECTS for colour in GRID_COLOURS]
    prompts = encoder.texts([f"{s.colour} {s.thing}" for s in specs])  # [100, D]
    things, colours = encoder.texts(GRID_OBJECTS), encoder.texts(GRID_COLOURS)  # [10, D] each
    studio, rng = Studio(world), np.random.default_rng(TEST_SEEDS)
    one, four, thing_right, colour_right = [], [], [], []
    thing_alone, colour_alone = [], []
    for i, spec in enumerate(specs):
        splats = normalise(studio.asset(spec, TEST_SEEDS + 10_000 + i, i))
        seen = torch.stack(
            [single_view(splats, encoder, rng.uniform(0, 360), rng.uniform(-10, 40)) for _ in range(views)]
        )
        ranked = (seen @ prompts.T).argmax(dim=1)  # [views]
        one += [int(r) == i for r in ranked]
        thing_right += [specs[int(r)].thing == spec.thing for r in ranked]
        colour_right += [specs[int(r)].colour == spec.colour for r in ranked]
        by_thing, by_colour = (seen @ things.T).argmax(dim=1), (seen @ colours.T).argmax(dim=1)
        thing_alone += [0.1 * (GRID_OBJECTS[int(r)] == spec.thing) for r in by_thing]  # a tenth of its ten prompts each
        colour_alone += [0.1 * (GRID_COLOURS[int(r)] == spec.colour) for r in by_colour]
        four.append(int((seen.mean(dim=0) @ prompts.T).argmax()) == i)
    shares = {"one_view": one, "four_views": four, "thing_right": thing_right, "colour_right": colour_right}
    shares |= {"thing_alone": thing_alone, "colour_alone": colour_alone}
    return {name: round(float(np.mean(hits)), 4) for name, hits in shares.items()}


def pairs(shown: Sequence[Shown], world: World, encoder: ClipEncoder, constants: Constants) -> dict[str, float]:
    """Right against wrong prompts over looks never trained on: AUCs, and shares past bounds."""
    scores = _scores(shown, [s.prompt for s in shown], encoder, constants)  # [A, A]
    labels = Labels.of([number(s.spec, world) for s in shown])
    match = truth(labels, labels, world)
    same_thing = labels.thing[:, None] == labels.thing[None]
    same_colour = (labels.colour[:, None] == labels.colour[None]) & (labels.colour[:, None] >= 0)
    right = scores.diagonal()
    wrong, other_thing = match == 0, (match == 0) & ~same_thing
    attribute = _attribute_scores(shown, world, encoder, constants)
    return {
        "assets": len(shown),
        "auc": auc(right, scores[wrong]),
        "auc_same_colour_other_thing": auc(right, scores[other_thing & same_colour]),
        "auc_same_thing_other_look": auc(right, attribute),
        "right_mean": float(right.mean()),
        "right_above_0.8": float((right > 0.8).mean()),
        "right_above_0.6": float((right >= 0.6).mean()),
        "wrong_thing_below_0.3": float((scores[other_thing] < 0.3).mean()),
        "wrong_thing_worst": float(scores[other_thing].max()),
        "wrong_look_below_0.3": float((attribute < 0.3).mean()),
        "wrong_look_mean": float(attribute.mean()),
    }


def wrong_parts(shown: Sequence[Shown], world: World, encoder: ClipEncoder, constants: Constants) -> dict[str, float]:
    """Scores of assets for their prompts with a part's colour changed ("with black wheels" for white ones)."""
    dice = random.Random(TEST_SEEDS)
    told = [(s, text) for s in shown if (text := wrong_part(s.prompt, world, dice)) is not None]
    scores = np.array([_judge(s.views, s.measured, text, encoder, constants).score for s, text in told])
    return {
        "assets": len(told),
        "mean": float(scores.mean()),
        "below_0.3": float((scores < 0.3).mean()),
        "below_0.6": float((scores < 0.6).mean()),
    }


def nulls(shown: Sequence[Shown], encoder: ClipEncoder, constants: Constants, count: int = 96) -> dict[str, float]:
    """Scores of pictures of nothing, splat fog among them, for the prompts of real assets."""
    pictures = torch.from_numpy(null_pictures(count, np.random.default_rng(TEST_SEEDS))).float() / 255
    seen = torch.cat([encoder.images(batch) for batch in pictures.split(16)]).double()  # [count, D]
    negatives = encoder.texts(constants.alignment.negatives).double()
    prompts = encoder.texts([s.prompt for s in shown[:50]]).double()
    scores = torch.stack([view_scores(seen @ p, seen @ negatives.T, constants.alignment) for p in prompts])
    return {"mean": float(scores.mean()), "worst_view": float(scores.max())}


def unknown_words(shown: Sequence[Shown], encoder: ClipEncoder, constants: Constants) -> dict[str, float]:
    """Scores for nouns the model was never taught, neither as a thing nor as a wrong one."""
    scores = _scores(shown[:60], sorted(HELD_BACK_UNKNOWN), encoder, constants)
    return {"mean": float(scores.mean()), "worst": float(scores.max())}


def wordings(
    shown: Sequence[Shown], world: World, encoder: ClipEncoder, constants: Constants
) -> dict[str, dict[str, float]]:
    """Scores of assets under other true wordings of their prompts: mean, and share above 0.8."""
    found: dict[str, list[float]] = {}
    for i, s in enumerate(shown):
        noun = s.spec.thing
        also = world.entry(noun).also
        said = {"plain": s.prompt, "plural": s.prompt.removesuffix(noun) + plural(noun)}
        said |= {"adjective": f"{FILLERS[i % len(FILLERS)]} {s.prompt}", "sentence": f"a photo of a {s.prompt}"}
        said |= {"synonym": s.prompt.removesuffix(noun) + also[i % len(also)]} if also else {}
        said |= {"unknown adjective": f"{UNTAUGHT_ADJECTIVES[i % len(UNTAUGHT_ADJECTIVES)]} {s.prompt}"}
        for name, prompt in said.items():
            score = _judge(s.views, s.measured, prompt, encoder, constants).score
            found.setdefault(name, []).append(score)
    return {
        name: {
            "assets": len(scores),
            "mean": float(np.mean(scores)),
            "above_0.8": float((np.array(scores) > 0.8).mean()),
        }
        for name, scores in found.items()
    }


def seed_noise(world: World, encoder: ClipEncoder, constants: Constants, seeds: int) -> dict[str, float]:
    """Standard deviation of the score over view seeds, of eight honest assets."""
    deviations = []
    for i, thing in enumerate(("bicycle", "dragon", "car", "cat", "castle", "crown", "chair", "robot")):
        splats = normalise(Studio(world).asset(Spec(thing, "red"), TEST_SEEDS + 20_000 + i, i))
        scores = []
        for seed in range(seeds):
            views, measured = look(splats, encoder, view_cameras(seed, IMAGE_PX * SUPERSAMPLE))
            scores.append(_judge(views, measured, f"red {thing}", encoder, constants).score)
        deviations.append(float(np.std(scores)))
    return {"largest": max(deviations), "mean": float(np.mean(deviations)), "assets": len(deviations), "seeds": seeds}


def hamburger(shared: Path, world: World, encoder: ClipEncoder, files: ScorerFiles) -> dict[str, Any]:
    """How the real splat of a hamburger ranks among all things of the world, and its score."""
    splats = normalise(decode((shared / "hamburger.ply").read_bytes()))
    views, measured = look(splats, encoder, view_cameras(0, IMAGE_PX * SUPERSAMPLE))
    scores = {t: _judge(views, measured, t, encoder, files.constants).alignment for t in world.things}
    ranked = sorted(scores, key=lambda t: -scores[t])
    return {
        "rank": ranked.index("hamburger") + 1,
        "of": len(ranked),
        "first": {t: round(scores[t], 4) for t in ranked[:5]},
        "alignment": scores["hamburger"],
        "blue_hamburger": _judge(views, measured, "blue hamburger", encoder, files.constants).alignment,
    }


def auc(right: NDArray[np.float64], wrong: NDArray[np.float64]) -> float:
    """Area under the ROC curve."""
    if not len(right) or not len(wrong):
        return float("nan")
    ranks = rankdata(np.concatenate([right, wrong]))[: len(right)]
    return float((ranks.sum() - len(right) * (len(right) + 1) / 2) / (len(right) * len(wrong)))


def _scores(
    shown: Sequence[Shown], prompts: Sequence[str], encoder: ClipEncoder, constants: Constants
) -> NDArray[np.float64]:
    rows = [[_judge(s.views, s.measured, p, encoder, constants).score for p in prompts] for s in shown]
    return np.array(rows)


def _attribute_scores(
    shown: Sequence[Shown], world: World, encoder: ClipEncoder, constants: Constants
) -> NDArray[np.float64]:
    """Each asset against its own thing in every clearly different colour."""
    found = []
    for s in shown:
        labels = Labels.of([number(s.spec, world)])
        specs = [Spec(s.spec.thing, colour) for colour in world.colours]
        wrong = truth(labels, Labels.of([number(spec, world) for spec in specs]), world)[0] == 0
        for spec, chosen in zip(specs, wrong, strict=True):
            if chosen:
                found.append(_judge(s.views, s.measured, f"{spec.colour} {spec.thing}", encoder, constants).score)
    return np.array(found)


def _judge(
    views: Tensor, measured: dict[str, float], prompt: str, encoder: ClipEncoder, constants: Constants
) -> Judgement:
    vectors = Vectors(views, encoder.texts([prompt])[0], encoder.texts(constants.alignment.negatives), None)
    return score_asset(vectors, measured, constants.alignment, None, constants.gates)


def write_report(report: dict[str, Any], path: Path) -> None:
    """The figures as JSON, rounded to four places."""
    path.write_text(json.dumps(report, indent=1, default=float) + "\n")
