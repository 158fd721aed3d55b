"""The score: pure arithmetic on unit vectors and measures, in float64. docs/scoring.md explains every term.

score = alignment · quality
alignment   how well the views show the prompt, 0 to 1: mean view score × probability among distractors
quality     the smallest factor of all quality gates, 0 to 1: a measure can lower the score but never raise it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from validation.scoring.scorer import Alignment, Gate, Gates, Pool, WeakSide

CERTAIN = 0.999
"""Scores are clamped to [1 - CERTAIN, CERTAIN] before log-odds are averaged, so that one view never decides alone."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors: views [16, D], prompt [D], negatives [M, D], distractors [K, D] or None."""

    views: Tensor
    prompt: Tensor
    negatives: Tensor
    distractors: Tensor | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score and its components."""

    score: float
    alignment: float
    quality: float
    parts: dict[str, float]


def score_asset(
    vectors: Vectors, measures: Mapping[str, float], constants: Alignment, contrast_scale: float | None, gates: Gates
) -> Judgement:
    """Score one asset. `measures` are those of `validation.assets.measures`, by name."""
    views = vectors.views.double()
    on_prompt = views @ vectors.prompt.double()  # [16]
    per_view = view_scores(on_prompt, views @ vectors.negatives.double().T, constants)  # [16]
    kept = select_views(per_view, constants.drop_below)
    parts = {
        "views": pool_views(per_view[kept], constants.pool),
        "views_kept": float(kept.double().mean()),
        "views_median": float(per_view.median()),
        "cosine": float(on_prompt.mean()),
        "consistency": consistency(views),
        "weak_side": weak_side(per_view, gates.weak_side.share if gates.weak_side else 0.25),
        **measures,
    }
    alignment = parts["views"]
    if vectors.distractors is not None and contrast_scale is not None:
        parts["contrast"] = contrast(on_prompt, views @ vectors.distractors.double().T, contrast_scale)
        alignment *= parts["contrast"]
    factors = gate_factors(parts, gates)
    quality = min(factors.values(), default=1.0)
    parts.update({f"gate_{name}": factor for name, factor in factors.items()})
    return Judgement(
        score=round(alignment * quality, 4),
        alignment=round(alignment, 6),
        quality=round(quality, 6),
        parts={name: round(value, 6) for name, value in parts.items()},
    )


def view_scores(on_prompt: Tensor, on_negatives: Tensor, constants: Alignment) -> Tensor:
    """Return the score of each view [16]: the probability of the prompt [16] against the negatives [16, M].

    Softmax, at the constants' logit scale, over the prompt (with the constants' bias) and the negatives. With Platt
    constants it is the smaller of that and σ(slope · cosine + offset), which requires similarity as such, not only more
    of it than the negatives have.
    """
    logits = torch.cat([on_prompt[:, None], on_negatives], dim=1) * constants.scale  # [16, 1 + M]
    logits[:, 0] += constants.bias
    scores = logits.softmax(dim=1)[:, 0]
    if constants.platt is not None:
        scores = torch.minimum(scores, torch.sigmoid(constants.platt.slope * on_prompt + constants.platt.offset))
    return scores


def select_views(per_view: Tensor, drop_below: float | None) -> Tensor:
    """Return a mask [16] of the views that count: those at or above `drop_below`, or all if no view reaches it."""
    everything = torch.ones_like(per_view, dtype=torch.bool)
    if drop_below is None:
        return everything
    kept = per_view >= drop_below
    return kept if bool(kept.any()) else everything


def pool_views(per_view: Tensor, pool: Pool) -> float:
    """Pool the scores of the views [V] into one probability: their mean, or σ of their mean log-odds ("odds").

    Log-odds (logarithmic pooling, Genest and Zidek 1986) vary less with the choice of views than a mean of
    probabilities, in which each doubtful view weighs as much as a confident one.
    """
    if pool == "mean":
        return float(per_view.mean())
    return float(per_view.logit(eps=1 - CERTAIN).mean().sigmoid())


def contrast(on_prompt: Tensor, on_distractors: Tensor, scale: float) -> float:
    """Return the probability of the prompt among distractors [16, K] (softmax at `scale`), averaged over all views."""
    logits = torch.cat([on_prompt[:, None], on_distractors], dim=1) * scale
    return float(logits.softmax(dim=1)[:, 0].mean())


def weak_side(per_view: Tensor, share: float) -> float:
    """Return the mean score of the worst `share` of the views [16], at least one of them."""
    count = max(1, round(share * len(per_view)))
    return float(per_view.sort().values[:count].mean())


def consistency(views: Tensor) -> float:
    """Return the mean cosine over all pairs of different views [16, D]: high when all of them show the same object."""
    count = len(views)
    pairs = views @ views.T
    return float((pairs.sum() - pairs.diagonal().sum()) / (count * (count - 1)))


def gate_factors(parts: Mapping[str, float], gates: Gates) -> dict[str, float]:
    """Return the factor in [0, 1] of each gate that the scorer sets, by the name of its measure."""
    factors: dict[str, float] = {}
    for name in type(gates).model_fields:
        gate: Gate | WeakSide | None = getattr(gates, name)
        if gate is not None:
            factors[name] = min(1.0, max(0.0, (parts[name] - gate.zero) / (gate.full - gate.zero)))
    return factors
