"""The score: pure arithmetic on unit vectors and measures, in float64. docs/scoring.md explains every term.

    score = alignment · quality
    alignment   how well the views show the prompt, 0 to 1: mean view score × probability among distractors
    quality     the smallest factor of all quality gates, 0 to 1: a measure can lower the score, never lift it

Knows no model, no pictures, no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from validation.scoring.scorer import Alignment, Gate, Gates, Pool, WeakSide

CERTAIN = 0.999
"""No view is surer than this, nor than one minus this, when log-odds are averaged: one alone never decides."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors: views [16, D], prompt [D], negatives [M, D], distractors [K, D] or None."""

    views: Tensor
    prompt: Tensor
    negatives: Tensor
    distractors: Tensor | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score with everything it was made of."""

    score: float
    alignment: float
    quality: float
    parts: dict[str, float]


def judge(
    vectors: Vectors, measures: Mapping[str, float], constants: Alignment, contrast_scale: float | None, gates: Gates
) -> Judgement:
    """The judgement of one asset. `measures` are those of `validation.assets.measures`, by name."""
    views = vectors.views.double()
    on_prompt = views @ vectors.prompt.double()  # [16]
    per_view = view_scores(on_prompt, views @ vectors.negatives.double().T, constants)  # [16]
    kept = keep(per_view, constants.drop_below)
    parts = {
        "views": pooled(per_view[kept], constants.pool),
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
    """Score of each view [16]: its probability of the prompt [16] against the negatives [16, M].

    Softmax at the constants' logit scale over the prompt, their bias added, and the negatives; with Platt constants
    the smaller of that and σ(slope · cosine + offset), which asks for likeness and not only for more likeness than the
    negatives.
    """
    logits = torch.cat([on_prompt[:, None], on_negatives], dim=1) * constants.scale  # [16, 1 + M]
    logits[:, 0] += constants.bias
    scores = logits.softmax(dim=1)[:, 0]
    if constants.platt is not None:
        scores = torch.minimum(scores, torch.sigmoid(constants.platt.slope * on_prompt + constants.platt.offset))
    return scores


def keep(per_view: Tensor, drop_below: float | None) -> Tensor:
    """Which views [16] count: those at or above `drop_below`, or all of them if none is."""
    everything = torch.ones_like(per_view, dtype=torch.bool)
    if drop_below is None:
        return everything
    kept = per_view >= drop_below
    return kept if bool(kept.any()) else everything


def pooled(per_view: Tensor, pool: Pool) -> float:
    """One probability of the views' scores [V]: their mean, or σ of their mean log-odds ("odds").

    Log-odds (logarithmic pooling, Genest and Zidek 1986) vary less with the choice of views than a mean of
    probabilities, where each view that is in doubt weighs as much as all that are sure.
    """
    if pool == "mean":
        return float(per_view.mean())
    return float(per_view.logit(eps=1 - CERTAIN).mean().sigmoid())


def contrast(on_prompt: Tensor, on_distractors: Tensor, scale: float) -> float:
    """Probability of the prompt among the distractors [16, K] (softmax at `scale`), averaged over all views."""
    logits = torch.cat([on_prompt[:, None], on_distractors], dim=1) * scale
    return float(logits.softmax(dim=1)[:, 0].mean())


def weak_side(per_view: Tensor, share: float) -> float:
    """Mean score of the worst `share` of the views [16], at least one of them."""
    count = max(1, round(share * len(per_view)))
    return float(per_view.sort().values[:count].mean())


def consistency(views: Tensor) -> float:
    """Mean cosine of all pairs of different views [16, D]: one object from all round, or several."""
    count = len(views)
    pairs = views @ views.T
    return float((pairs.sum() - pairs.diagonal().sum()) / (count * (count - 1)))


def gate_factors(parts: Mapping[str, float], gates: Gates) -> dict[str, float]:
    """Factor in [0, 1] of every gate that the scorer sets, by the name of the measure it reads."""
    found: dict[str, float] = {}
    for name in type(gates).model_fields:
        gate: Gate | WeakSide | None = getattr(gates, name)
        if gate is not None:
            found[name] = min(1.0, max(0.0, (parts[name] - gate.zero) / (gate.full - gate.zero)))
    return found
