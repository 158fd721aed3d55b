"""Best of n (generate several objects for a prompt, keep the best one) and the clean-up of a generated object."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from generation.backends.contract import Generated, Generator, Progress, Report
from generation.backends.floaters import without_floaters
from splats.model import Splats, normalise
from splats.turn import rotate_about_y

Scorer = Callable[[str, Splats], float]
"""(prompt, splats on the CPU) → score; higher is better."""

SCORE_STAGE = "judging"


def best_of(generate: Generator, count: int, score: Scorer | None) -> Generator:
    """Return a generator that generates `count` objects from different seeds and keeps the one with the highest score.

    The first seed is the given one, so that a single candidate is the object of that seed; of equal scores the first
    wins. Exceptions of the scorer pass through, so that no unscored object is ever returned.
    Raises ValueError for a count below 1, or for several candidates without a scorer.
    """
    if count < 1:
        raise ValueError(f"candidates must be at least 1, not {count}")
    if count == 1:
        return generate
    if score is None:
        raise ValueError(f"{count} candidates need a scorer to choose between them")

    def best(prompt: str, seed: int, report: Report) -> Generated:
        kept: Generated | None = None
        highest = -math.inf
        for index, candidate_seed in enumerate(candidate_seeds(seed, count)):
            candidate = generate(prompt, candidate_seed, _candidate_report(report, index, count))
            report(Progress((index + 1) / count, SCORE_STAGE))
            value = score(prompt, candidate.splats)
            if kept is None or value > highest:
                kept, highest = candidate, value
        assert kept is not None
        return kept

    return best


def candidate_seeds(seed: int, count: int) -> list[int]:
    """Return `count` different seeds (0 … 2³²−1): the given one, then draws of a generator seeded with it."""
    generator = torch.Generator().manual_seed(seed)
    seeds = [seed]
    while len(seeds) < count:
        drawn = int(torch.randint(0, 1 << 32, (), generator=generator))
        if drawn not in seeds:
            seeds.append(drawn)
    return seeds


def finish(splats: Splats, front_azimuth_deg: float = 0.0) -> Splats:
    """Return the object as the subnet wants it, on the CPU: without floaters, front toward +z, centred, longest side 1.

    `front_azimuth_deg` is the azimuth that its front faces now (`splats.model`: 0 is +z, 90 is +x). Raises ValueError
    when nothing is visible.
    """
    kept = without_floaters(splats.to("cpu"))
    return normalise(rotate_about_y(kept, -front_azimuth_deg) if front_azimuth_deg else kept)


def _candidate_report(report: Report, index: int, count: int) -> Report:
    def report_candidate(progress: Progress) -> None:
        stage = f"{progress.stage} {index + 1}/{count}"
        report(Progress((index + progress.fraction) / count, stage, progress.preview))

    return report_candidate
