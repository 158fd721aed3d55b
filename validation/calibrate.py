"""Refit a scorer's constants to labelled pairs and write them as a new version.

    python -m validation.calibrate --scorer three-gen-small --pairs FOLDER [--weights PATH] [--seeds 4] [--out FOLDER]

FOLDER/pairs.csv has the columns `asset` (a PLY or SPZ file, relative to FOLDER) and `prompt` (that it really shows).
Every asset is also paired with different prompts of other assets, as mismatches. Fitted are the logit scale against the
negatives, the Platt line on the cosine, and the gates' `full` and `zero`; the model, prompts and structure stay. The
new folder holds scorer.json only, and names the model's files in the old one. The fits are pure functions.
"""

from __future__ import annotations

import csv
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from serving.arguments import COUNT, FlagParser
from serving.prompts import clean_prompt
from validation.assets.prepare import Prepared, prepare
from validation.assets.render_spec import RenderSpec
from validation.errors import RejectedError, ScorerError
from validation.scoring.clip import Encoder, load_encoder
from validation.scoring.score import consistency, view_scores, weak_side
from validation.scoring.scorer import (
    SCORERS,
    Constants,
    Gate,
    Gates,
    Platt,
    ScorerFiles,
    WeakSide,
    find_scorer_files,
    versions,
    write_constants,
)

logger = logging.getLogger(__name__)

MISMATCHES_PER_ASSET = 16
"""Wrong prompts per asset: enough for the tails of the distribution, few enough for large folders."""
HONEST_QUANTILE = 0.01
"""A gate must leave at least 99 % of honest assets untouched …"""
GATE_MARGIN = 0.9
"""… with a margin of a tenth; it closes at half of that."""


class CalibrationError(Exception):
    """The pairs are unusable; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An asset and the prompt it shows."""

    asset: Path
    prompt: str


@dataclass(frozen=True, slots=True)
class CalibrationSamples:
    """Input of the fits, for S assets × 16 views: cosines with the right prompt, wrong ones, and the negatives.

    right [S, 16], wrong [S, W, 16], negatives [S, 16, M], measures by name [S]
    """

    right: Tensor
    wrong: Tensor
    negatives: Tensor
    measures: dict[str, Tensor]


def read_pairs(folder: Path) -> list[Pair]:
    """Read FOLDER/pairs.csv. Raises CalibrationError if it is missing, malformed, or has only one prompt."""
    path = folder / "pairs.csv"
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a byte-order mark
            pairs = [Pair(folder / row["asset"], clean_prompt(row["prompt"])) for row in csv.DictReader(file)]
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise CalibrationError(f"{path} must be a CSV file with the columns asset and prompt: {error}") from error
    if missing := [str(pair.asset) for pair in pairs if not pair.asset.is_file()]:
        raise CalibrationError(f"{len(missing)} assets of {path} do not exist; the first is {missing[0]}")
    if len({pair.prompt for pair in pairs}) < 2:
        raise CalibrationError(f"{path} needs at least two different prompts: mismatches are made from the others")
    return pairs


def collect(
    pairs: Sequence[Pair], encoder: Encoder, constants: Constants, seeds: int, device: str = "cpu"
) -> CalibrationSamples:
    """Compute cosines and measures of every pair, with `seeds` seeds for each asset. Rejected assets are skipped."""
    spec = RenderSpec(constants.image_px, constants.supersample, device)
    negatives = encoder.texts(constants.alignment.negatives).double()  # [M, D]
    prompts = sorted({pair.prompt for pair in pairs})
    right, wrong, on_negatives, rows = [], [], [], []
    for number, pair in enumerate(pairs):
        others = [prompt for prompt in prompts if prompt != pair.prompt]
        step = max(1, len(others) // MISMATCHES_PER_ASSET)
        shifted = others[number % step :: step][:MISMATCHES_PER_ASSET]
        padded = (shifted * MISMATCHES_PER_ASSET)[:MISMATCHES_PER_ASSET]
        texts = encoder.texts([pair.prompt, *padded]).double()  # [1 + W, D]
        for seed in range(seeds):
            try:
                prepared = prepare(pair.asset.read_bytes(), seed, spec)
            except RejectedError as error:
                logger.warning("skipping %s: %s (%s)", pair.asset.name, error.detail, error.code)
                break
            views = encoder.images(torch.from_numpy(prepared.views)).double()  # [16, D]
            cosines = views @ texts.T  # [16, 1 + W]
            right.append(cosines[:, 0])
            wrong.append(cosines[:, 1:].T)
            on_negatives.append(views @ negatives.T)
            rows.append(_measures(prepared, views))
    if not right:
        raise CalibrationError("every asset was rejected")
    measures = {name: torch.tensor([row[name] for row in rows]) for name in rows[0]}
    return CalibrationSamples(torch.stack(right), torch.stack(wrong), torch.stack(on_negatives), measures)


def refit(constants: Constants, samples: CalibrationSamples) -> Constants:
    """Return the scorer with its scale, Platt line (if it has one) and gates (those it has) fitted to `samples`."""
    scale = fit_scale(samples, constants.alignment.bias)
    platt = fit_platt(samples.right.flatten(), samples.wrong.flatten()) if constants.alignment.platt else None
    alignment = constants.alignment.model_copy(update={"scale": scale, "platt": platt})
    scores = torch.stack(
        [
            view_scores(right, negatives, alignment)
            for right, negatives in zip(samples.right, samples.negatives, strict=True)
        ]
    )  # [S, 16]
    return constants.model_copy(
        update={"alignment": alignment, "gates": fit_gates(constants.gates, scores, samples.measures)}
    )


def fit_scale(samples: CalibrationSamples, bias: float = 0.0) -> float:
    """Fit the logit scale: the least mean log loss of right and wrong prompts against the negatives, weighted equally.

    `bias` is the scorer's, added to the prompt's logit as in `score.view_scores`. The loss is smooth in log(scale): a
    grid from 1 to 200 in steps of 2 % is as fine as the data allow.
    """
    grid = torch.logspace(0, torch.log10(torch.tensor(200.0)).item(), 268, dtype=torch.float64)
    losses = []
    for scale in grid.tolist():
        floor = torch.logsumexp(scale * samples.negatives, dim=2) - bias  # [S, 16]
        right = torch.nn.functional.softplus(-(scale * samples.right - floor)).mean()
        wrong = torch.nn.functional.softplus(scale * samples.wrong - floor[:, None]).mean()
        losses.append(float(right + wrong))
    return round(float(grid[losses.index(min(losses))]), 3)


def fit_platt(right: Tensor, wrong: Tensor, steps: int = 100) -> Platt:
    """Fit σ(slope · cosine + offset) by logistic regression, classes weighted equally (Platt 1999), Newton's method.

    A ridge of 10⁻⁴ keeps the line finite when the classes are separable. Raises CalibrationError when right prompts do
    not have higher cosines than wrong ones.
    """
    cosines = torch.cat([right, wrong]).double()
    labels = torch.cat([torch.ones(len(right)), torch.zeros(len(wrong))]).double()
    weights = torch.where(labels > 0, 0.5 / len(right), 0.5 / len(wrong)).double()
    design = torch.stack([cosines, torch.ones_like(cosines)], dim=1)  # [n, 2]
    line = torch.zeros(2, dtype=torch.float64)
    ridge = torch.diag(torch.tensor([1e-4, 1e-4], dtype=torch.float64))
    for _ in range(steps):
        chance = torch.sigmoid(design @ line)
        gradient = design.T @ (weights * (chance - labels)) + ridge @ line
        curvature = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + ridge
        line = line - torch.linalg.solve(curvature, gradient)
    if not float(line[0]) > 0:
        raise CalibrationError("right prompts are no closer than wrong ones: this model cannot tell these assets apart")
    return Platt(slope=round(float(line[0]), 4), offset=round(float(line[1]), 4))


def fit_gates(gates: Gates, scores: Tensor, measures: dict[str, Tensor]) -> Gates:
    """Move the gates that are set so that honest assets (view scores [S, 16], measures by name [S]) pass untouched."""
    fitted: dict[str, Gate] = {}
    for name in type(gates).model_fields:
        gate: Gate | WeakSide | None = getattr(gates, name)
        if gate is None:
            continue
        if isinstance(gate, WeakSide):
            values = torch.tensor([weak_side(each, gate.share) for each in scores])
        else:
            values = measures[name]
        full = round(max(1e-6, GATE_MARGIN * float(values.double().quantile(HONEST_QUANTILE))), 6)
        fitted[name] = gate.model_copy(update={"full": full, "zero": round(full / 2, 6)})
    return gates.model_copy(update=fitted)


def next_version(files: ScorerFiles, fitted: Constants, out: Path, origin: str) -> Path:
    """Write `fitted` as the scorer's next version under `out`, naming the old files, and return its folder."""
    version = max([files.constants.version, *versions(fitted.name, out)]) + 1
    folder = out / f"{fitted.name}@{version}"
    model = fitted.model
    moved = {name: _from(folder, files.path(value)) for name, value in _named_files(model.model_dump()).items()}
    update: dict[str, object] = {"version": version, "origin": origin, "model": model.model_copy(update=moved)}
    if fitted.distractors:
        file = _from(folder, files.path(fitted.distractors.file))
        update["distractors"] = fitted.distractors.model_copy(update={"file": file})
    if fitted.vocabulary:
        update["vocabulary"] = _from(folder, files.path(fitted.vocabulary))
    write_constants(fitted.model_copy(update=update), folder)
    return folder


def _named_files(model: dict[str, object]) -> dict[str, str]:
    return {name: value for name in ("config", "weights", "merges") if isinstance(value := model[name], str)}


def _from(folder: Path, file: Path) -> str:
    return os.path.relpath(file.resolve(), folder.resolve())


def _measures(prepared: Prepared, views: Tensor) -> dict[str, float]:
    return {**prepared.measures, "consistency": consistency(views)}


def main(argv: list[str] | None = None) -> int:
    """Fit the scorer, write its next version, and return the exit status."""
    parser = FlagParser(prog="validation.calibrate", description="Refit a scorer to labelled pairs.")
    parser.add_argument("--scorer", required=True, help="the scorer to start from")
    parser.add_argument("--pairs", required=True, type=Path, metavar="FOLDER", help="folder with pairs.csv and assets")
    parser.add_argument("--weights", type=Path, metavar="PATH", help="weight file of a scorer that ships none")
    parser.add_argument("--seeds", type=COUNT, default=4, help="view seeds per asset (%(default)s)")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--out", type=Path, default=SCORERS, metavar="FOLDER", help="where the new version goes")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        files = find_scorer_files(args.scorer, args.weights)
        pairs = read_pairs(args.pairs)
        samples = collect(pairs, load_encoder(files, "fp32", args.device), files.constants, args.seeds, args.device)
        fitted = refit(files.constants, samples)
    except (CalibrationError, ScorerError) as error:
        parser.error(str(error))
    origin = (
        f"Fitted to {len(pairs)} pairs × {args.seeds} seeds, from {files.constants.name}@{files.constants.version}."
    )
    folder = next_version(files, fitted, args.out, origin)
    logger.info("wrote %s", folder / "scorer.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
