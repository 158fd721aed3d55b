"""Writes a trained model as a scorer's folder: weights in half precision, vocabulary and fitted constants."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from tools.scorer_training.captions import all_words
from tools.scorer_training.encoding import EncodedAsset, encode_assets
from tools.scorer_training.images import IMAGE_PX, SUPERSAMPLE, draw_looks
from tools.scorer_training.prompts import draw_prompts
from tools.scorer_training.training import MEAN, NEGATIVES, STD
from tools.scorer_training.world import ObjectSpec, World, load_world
from validation.calibrate import fit_platt
from validation.scoring.clip import ClipEncoder, load_encoder
from validation.scoring.score import consistency, view_scores, weak_side
from validation.scoring.scorer import (
    SCORERS,
    Alignment,
    Constants,
    Gate,
    Gates,
    ModelFiles,
    WeakSide,
    file_sha256,
    find_scorer_files,
    write_constants,
)

NAME = "three-gen-small"
BIAS = 2.0
"""In favour of the prompt, so that parts too small to judge do not make an honest asset fail."""
WEAK_SHARE = 0.5
"""The worst half of the views. Which views are the worst quarter depends too much on the seed."""
WEAK_MARGIN = 0.5
"""The gate on them is full at this fraction of what honest assets have. A steep gate amplifies the seed's noise."""
FIT_SEEDS = 500_000
"""First seed of the assets that constants are fitted on: shapes neither trained on nor tested."""


def ship(data: Path, version: int, root: Path = SCORERS, assets: int = 240) -> Path:
    """Write the scorer three-gen-small@VERSION under `root` and return its folder.

    The model comes from the training run in `data`; the constants are fitted to that many assets.
    Raises FileExistsError if the version exists.
    """
    world = load_world()
    folder = root / f"{NAME}@{version}"
    folder.mkdir(parents=True)
    # The model
    trained = torch.load(data / "model.pt", weights_only=True)
    state = {name: value.half().contiguous() for name, value in trained["state"].items()}
    save_file(state, folder / "open_clip_model.safetensors")
    config = {"model_cfg": json.loads((data / "config.json").read_text()), "preprocess_cfg": {"mean": MEAN, "std": STD}}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")
    shutil.copy(data / "merges.txt.gz", folder / "merges.txt.gz")
    words = all_words(world, json.loads((data / "asked.json").read_text()))
    (folder / "vocabulary.txt").write_text("\n".join(words) + "\n")
    # The constants: first without gates, so that the model can be loaded and they can be fitted
    scale = float(trained["state"]["logit_scale"].exp())
    initial = _initial_constants(version, file_sha256(folder / "open_clip_model.safetensors"), scale)
    path = write_constants(initial, folder)
    encoder = load_encoder(find_scorer_files(f"{NAME}@{version}", root=root))
    encoded = encode_assets(_fit_specs(world, assets), world, encoder, FIT_SEEDS)
    fitted = _fit_constants(initial, encoded, encoder)
    path.unlink()
    write_constants(fitted, folder)
    return folder


def _fit_specs(world: World, count: int) -> list[ObjectSpec]:
    """Draw the specs to fit on: one half from prompts, one half plain looks."""
    rng = np.random.default_rng(FIT_SEEDS)
    names = [world.objects[i] for i in rng.permutation(len(world.objects))]
    prompts = [prompt for found in draw_prompts(world, 2, FIT_SEEDS).values() for prompt in found]
    chosen = [ObjectSpec.from_prompt(prompts[int(i)]) for i in rng.permutation(len(prompts))[: count // 2]]
    return chosen + [
        draw_looks(names[i % len(names)], 1, world, rng, held_back=False)[0] for i in range(count - len(chosen))
    ]


def _initial_constants(version: int, digest: str, scale: float) -> Constants:
    return Constants(
        name=NAME,
        version=version,
        origin="Trained and fitted by tools/scorer_training on the procedural generator's objects; knows no others.",
        model=ModelFiles(
            config="open_clip_config.json",
            weights="open_clip_model.safetensors",
            sha256=(digest,),
            merges="merges.txt.gz",
            mean=MEAN,
            std=STD,
        ),
        image_px=IMAGE_PX,
        supersample=SUPERSAMPLE,
        alignment=Alignment(scale=scale, negatives=NEGATIVES, bias=BIAS, pool="odds"),
        gates=Gates(),
        dtypes=("fp32",),  # in bf16 its scores change by up to 0.05, and it is no faster
        vocabulary="vocabulary.txt",
    )


def _fit_constants(constants: Constants, assets: Sequence[EncodedAsset], encoder: ClipEncoder) -> Constants:
    """Fit the Platt constants to right and wrong prompts, and the gates to the 1 % quantile of honest assets."""
    texts = encoder.texts([asset.prompt for asset in assets]).double()  # [A, D]
    negatives = encoder.texts(NEGATIVES).double()  # [6, D]
    views = torch.stack([asset.views for asset in assets]).double()  # [A, 16, D]
    right = torch.einsum("avd,ad->av", views, texts)
    wrong = torch.einsum("avd,ad->av", views, texts.roll(1, 0))
    platt = fit_platt(right.flatten(), wrong.flatten())
    alignment = constants.alignment.model_copy(update={"platt": platt})
    per_view = torch.stack([view_scores(r, v @ negatives.T, alignment) for r, v in zip(right, views, strict=True)])
    recognised = per_view.mean(dim=1) > 0.5
    weak = torch.tensor([weak_side(row, WEAK_SHARE) for row in per_view[recognised]])
    consistencies = torch.tensor([consistency(v) for v in views])
    low = {name: float(np.quantile([a.measured[name] for a in assets], 0.01)) for name in assets[0].measured}
    gates = Gates(
        weak_side=WeakSide(share=WEAK_SHARE, zero=0.0, full=max(0.05, WEAK_MARGIN * float(weak.quantile(0.02)))),
        consistency=Gate(zero=0.0, full=max(0.01, float(consistencies.quantile(0.01)))),
        sharpness=Gate(zero=0.2 * low["sharpness"], full=0.7 * low["sharpness"]),
        solidity=Gate(zero=0.3 * low["solidity"], full=0.8 * low["solidity"]),
        coverage=Gate(zero=0.0, full=0.7 * low["coverage"]),
        steadiness=Gate(zero=0.5, full=0.9),
    )
    return constants.model_copy(update={"alignment": alignment, "gates": gates})
