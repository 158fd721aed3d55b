"""Measures a scorer on shapes, views and looks that its model was not trained on: the figures of docs/scoring.md.

AUC is the probability that a right pair scores higher than a wrong one (Mann and Whitney 1947); a tie counts half.
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
from tools.scorer_training.captions import FILLERS, HELD_BACK_NOUNS, Labels, label_row, match_captions, plural
from tools.scorer_training.encoding import RENDER_PX, EncodedAsset, encode_assets, encode_view, encode_views
from tools.scorer_training.images import AssetBuilder, draw_looks, make_null_images
from tools.scorer_training.prompts import draw_prompts, recolour_part
from tools.scorer_training.world import GRID_COLOURS, GRID_OBJECTS, ObjectSpec, World, load_world
from validation.assets.views import view_cameras
from validation.scoring.clip import ClipEncoder, load_encoder
from validation.scoring.score import Judgement, Vectors, score_asset, view_scores
from validation.scoring.scorer import Constants, find_scorer_files

TEST_SEEDS = 700_000
"""First seed of the assets tested: shapes neither trained on nor fitted on."""
UNTAUGHT_ADJECTIVES = ("dusty", "quirky", "rusty", "weathered", "sleek", "cozy", "gloomy", "polished")
"""Words that change little in an image and that the model was never taught."""


def evaluate(scorer: str, shared: Path | None, held_back: int = 200, seeds: int = 64) -> dict[str, Any]:
    """Return all figures of a scorer by name. `shared` is the folder with hamburger.ply, or None."""
    files, world = find_scorer_files(scorer), load_world()
    constants, encoder = files.constants, load_encoder(files)
    rng = np.random.default_rng(TEST_SEEDS)
    # Assets in looks never trained on, in looks trained on, and for the grammar's prompts
    able = [name for name in world.objects if any(world.is_held_back(name, colour) for colour in world.colours)]
    names = [able[int(i)] for i in rng.integers(len(able), size=held_back)]
    unseen_specs = [draw_looks(name, 1, world, rng, held_back=True)[0] for name in names]
    unseen = encode_assets(unseen_specs, world, encoder, TEST_SEEDS)
    taught_specs = [draw_looks(name, 1, world, rng, held_back=False)[0] for name in world.objects]
    taught = encode_assets(taught_specs, world, encoder, TEST_SEEDS + 40_000)
    prompts = [prompt for found in draw_prompts(world, 1, TEST_SEEDS).values() for prompt in found]
    prompted_specs = [ObjectSpec.from_prompt(prompt) for prompt in prompts]
    prompted = encode_assets(prompted_specs, world, encoder, TEST_SEEDS + 60_000)
    # Figures
    report: dict[str, Any] = {
        "scorer": scorer,
        "retrieval": retrieval(world, encoder),
        "held_back": pairs(unseen, world, encoder, constants),
        "demo_objects": pairs(taught, world, encoder, constants),
        "network_prompts": pairs(prompted, world, encoder, constants),
        "wrong_parts": wrong_parts(prompted, world, encoder, constants),
        "wordings": wordings(taught, world, encoder, constants),
        "nulls": nulls(unseen, encoder, constants),
        "unknown_words": unknown_words(unseen, encoder, constants),
        "seed_noise": seed_noise(world, encoder, constants, seeds),
    }
    if shared is not None:
        report["hamburger"] = hamburger(shared, world, encoder, constants)
    return report


def retrieval(world: World, encoder: ClipEncoder, views: int = 4) -> dict[str, float]:
    """Return the top-1 accuracy among the grid's hundred prompts: one view, the mean of four, each cue alone."""
    specs = [ObjectSpec(name, colour) for name in GRID_OBJECTS for colour in GRID_COLOURS]
    prompts = encoder.texts([f"{spec.colour} {spec.name}" for spec in specs])  # [100, D]
    objects, colours = encoder.texts(GRID_OBJECTS), encoder.texts(GRID_COLOURS)  # [10, D] each
    builder, rng = AssetBuilder(world), np.random.default_rng(TEST_SEEDS)
    one_view, four_views, object_right, colour_right = [], [], [], []
    object_alone, colour_alone = [], []
    for i, spec in enumerate(specs):
        splats = normalise(builder.build(spec, TEST_SEEDS + 10_000 + i, i))
        vectors = torch.stack(
            [encode_view(splats, encoder, rng.uniform(0, 360), rng.uniform(-10, 40)) for _ in range(views)]
        )  # [views, D]
        best = (vectors @ prompts.T).argmax(dim=1)  # [views]
        one_view += [int(b) == i for b in best]
        object_right += [specs[int(b)].name == spec.name for b in best]
        colour_right += [specs[int(b)].colour == spec.colour for b in best]
        best_object, best_colour = (vectors @ objects.T).argmax(dim=1), (vectors @ colours.T).argmax(dim=1)
        # A cue alone leaves ten prompts to choose from, so a hit counts a tenth.
        object_alone += [0.1 * (GRID_OBJECTS[int(b)] == spec.name) for b in best_object]
        colour_alone += [0.1 * (GRID_COLOURS[int(b)] == spec.colour) for b in best_colour]
        four_views.append(int((vectors.mean(dim=0) @ prompts.T).argmax()) == i)
    hits: dict[str, list[Any]] = {
        "one_view": one_view,
        "four_views": four_views,
        "thing_right": object_right,
        "colour_right": colour_right,
        "thing_alone": object_alone,
        "colour_alone": colour_alone,
    }
    return {name: round(float(np.mean(values)), 4) for name, values in hits.items()}


def pairs(assets: Sequence[EncodedAsset], world: World, encoder: ClipEncoder, constants: Constants) -> dict[str, float]:
    """Compare the assets' own prompts with each other's: AUCs, and the shares of scores above or below bounds."""
    scores = _scores(assets, [asset.prompt for asset in assets], encoder, constants)  # [A, A]
    labels = Labels.from_rows([label_row(asset.spec, world) for asset in assets])
    match = match_captions(labels, labels, world)
    same_object = labels.objects[:, None] == labels.objects[None]
    same_colour = (labels.colours[:, None] == labels.colours[None]) & (labels.colours[:, None] >= 0)
    right = scores.diagonal()
    wrong, other_object = match == 0, (match == 0) & ~same_object
    other_look = _other_colour_scores(assets, world, encoder, constants)
    return {
        "assets": len(assets),
        "auc": auc(right, scores[wrong]),
        "auc_same_colour_other_thing": auc(right, scores[other_object & same_colour]),
        "auc_same_thing_other_look": auc(right, other_look),
        "right_mean": float(right.mean()),
        "right_above_0.8": float((right > 0.8).mean()),
        "right_above_0.6": float((right >= 0.6).mean()),
        "wrong_thing_below_0.3": float((scores[other_object] < 0.3).mean()),
        "wrong_thing_worst": float(scores[other_object].max()),
        "wrong_look_below_0.3": float((other_look < 0.3).mean()),
        "wrong_look_mean": float(other_look.mean()),
    }


def wrong_parts(
    assets: Sequence[EncodedAsset], world: World, encoder: ClipEncoder, constants: Constants
) -> dict[str, float]:
    """Score assets for their prompts with a part's colour changed ("with black wheels" for white ones)."""
    rng = random.Random(TEST_SEEDS)
    wrong = [(asset, text) for asset in assets if (text := recolour_part(asset.prompt, world, rng)) is not None]
    scores = np.array([_score(asset, text, encoder, constants) for asset, text in wrong])
    return {
        "assets": len(wrong),
        "mean": float(scores.mean()),
        "below_0.3": float((scores < 0.3).mean()),
        "below_0.6": float((scores < 0.6).mean()),
    }


def nulls(
    assets: Sequence[EncodedAsset], encoder: ClipEncoder, constants: Constants, count: int = 96
) -> dict[str, float]:
    """Score single images of nothing, fog of splats among them, for the prompts of real assets."""
    images = torch.from_numpy(make_null_images(count, np.random.default_rng(TEST_SEEDS))).float() / 255
    vectors = torch.cat([encoder.images(batch) for batch in images.split(16)]).double()  # [count, D]
    negatives = encoder.texts(constants.alignment.negatives).double()
    prompts = encoder.texts([asset.prompt for asset in assets[:50]]).double()
    scores = torch.stack([view_scores(vectors @ p, vectors @ negatives.T, constants.alignment) for p in prompts])
    return {"mean": float(scores.mean()), "worst_view": float(scores.max())}


def unknown_words(assets: Sequence[EncodedAsset], encoder: ClipEncoder, constants: Constants) -> dict[str, float]:
    """Score assets for nouns that the model was never taught, not even as wrong ones."""
    scores = _scores(assets[:60], sorted(HELD_BACK_NOUNS), encoder, constants)
    return {"mean": float(scores.mean()), "worst": float(scores.max())}


def wordings(
    assets: Sequence[EncodedAsset], world: World, encoder: ClipEncoder, constants: Constants
) -> dict[str, dict[str, float]]:
    """Score assets for other true wordings of their prompts: mean, and share above 0.8."""
    found: dict[str, list[float]] = {}
    for i, asset in enumerate(assets):
        noun = asset.spec.name
        also = world.entry(noun).also
        texts = {
            "plain": asset.prompt,
            "plural": asset.prompt.removesuffix(noun) + plural(noun),
            "adjective": f"{FILLERS[i % len(FILLERS)]} {asset.prompt}",
            "sentence": f"a photo of a {asset.prompt}",
        }
        texts |= {"synonym": asset.prompt.removesuffix(noun) + also[i % len(also)]} if also else {}
        texts |= {"unknown adjective": f"{UNTAUGHT_ADJECTIVES[i % len(UNTAUGHT_ADJECTIVES)]} {asset.prompt}"}
        for name, text in texts.items():
            found.setdefault(name, []).append(_score(asset, text, encoder, constants))
    return {
        name: {
            "assets": len(scores),
            "mean": float(np.mean(scores)),
            "above_0.8": float((np.array(scores) > 0.8).mean()),
        }
        for name, scores in found.items()
    }


def seed_noise(world: World, encoder: ClipEncoder, constants: Constants, seeds: int) -> dict[str, float]:
    """Return the standard deviation of eight honest assets' scores over view seeds: its largest value and its mean."""
    deviations = []
    for i, name in enumerate(("bicycle", "dragon", "car", "cat", "castle", "crown", "chair", "robot")):
        spec = ObjectSpec(name, "red")
        splats = normalise(AssetBuilder(world).build(spec, TEST_SEEDS + 20_000 + i, i))
        scores = []
        for seed in range(seeds):
            asset = EncodedAsset(spec, f"red {name}", *encode_views(splats, encoder, view_cameras(seed, RENDER_PX)))
            scores.append(_score(asset, asset.prompt, encoder, constants))
        deviations.append(float(np.std(scores)))
    return {"largest": max(deviations), "mean": float(np.mean(deviations)), "assets": len(deviations), "seeds": seeds}


def hamburger(shared: Path, world: World, encoder: ClipEncoder, constants: Constants) -> dict[str, Any]:
    """Return the alignment of a real hamburger's splats for "hamburger", and its rank among all objects."""
    splats = normalise(decode((shared / "hamburger.ply").read_bytes()))
    views, measured = encode_views(splats, encoder, view_cameras(0, RENDER_PX))
    scores = {name: _judge(views, measured, name, encoder, constants).alignment for name in world.objects}
    ranked = sorted(scores, key=lambda name: -scores[name])
    return {
        "rank": ranked.index("hamburger") + 1,
        "of": len(ranked),
        "first": {name: round(scores[name], 4) for name in ranked[:5]},
        "alignment": scores["hamburger"],
        "blue_hamburger": _judge(views, measured, "blue hamburger", encoder, constants).alignment,
    }


def auc(right: NDArray[np.float64], wrong: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve, NaN if either side is empty."""
    if not len(right) or not len(wrong):
        return float("nan")
    ranks = rankdata(np.concatenate([right, wrong]))[: len(right)]
    return float((ranks.sum() - len(right) * (len(right) + 1) / 2) / (len(right) * len(wrong)))


def write_report(report: dict[str, Any], path: Path) -> None:
    """Write the figures as JSON."""
    path.write_text(json.dumps(report, indent=1, default=float) + "\n")


def _scores(
    assets: Sequence[EncodedAsset], prompts: Sequence[str], encoder: ClipEncoder, constants: Constants
) -> NDArray[np.float64]:
    """Score every asset for every prompt [assets, prompts]."""
    return np.array([[_score(asset, prompt, encoder, constants) for prompt in prompts] for asset in assets])


def _other_colour_scores(
    assets: Sequence[EncodedAsset], world: World, encoder: ClipEncoder, constants: Constants
) -> NDArray[np.float64]:
    """Score each asset for its own object in every colour that is clearly wrong."""
    scores = []
    for asset in assets:
        shown = Labels.from_rows([label_row(asset.spec, world)])
        specs = [ObjectSpec(asset.spec.name, colour) for colour in world.colours]
        match = match_captions(shown, Labels.from_rows([label_row(spec, world) for spec in specs]), world)[0]
        wrong = [spec for spec, value in zip(specs, match, strict=True) if value == 0]
        scores += [_score(asset, f"{spec.colour} {spec.name}", encoder, constants) for spec in wrong]
    return np.array(scores)


def _score(asset: EncodedAsset, prompt: str, encoder: ClipEncoder, constants: Constants) -> float:
    return _judge(asset.views, asset.measured, prompt, encoder, constants).score


def _judge(
    views: Tensor, measured: dict[str, float], prompt: str, encoder: ClipEncoder, constants: Constants
) -> Judgement:
    vectors = Vectors(views, encoder.texts([prompt])[0], encoder.texts(constants.alignment.negatives), None)
    return score_asset(vectors, measured, constants.alignment, None, constants.gates)
