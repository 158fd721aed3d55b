"""Best of n candidates, and the clean-up of an object."""

from __future__ import annotations

import pytest
import torch

from generation.backends.candidates import best_of, candidate_seeds, finish
from generation.backends.contract import Cancelled, Generated, Progress
from splats.model import Splats, bounds


def lone(value: float) -> Splats:
    """One splat that is identified by its opacity."""
    return Splats(
        means=torch.zeros(1, 3),
        quats=torch.tensor([[1.0, 0, 0, 0]]),
        scales=torch.ones(1, 3),
        opacities=torch.tensor([value]),
        sh=torch.zeros(1, 1, 3),
    )


class Maker:
    """A generator whose n-th object has an opacity of n tenths."""

    def __init__(self) -> None:
        self.seeds: list[int] = []

    def __call__(self, prompt: str, seed: int, report) -> Generated:
        self.seeds.append(seed)
        report(Progress(0.5, "making", lone(0.5)))
        return Generated(lone(len(self.seeds) / 10), f"{prompt} {len(self.seeds)}")


def test_the_best_of_several_seeds_is_kept() -> None:
    maker, asked = Maker(), []

    def score(prompt: str, splats: Splats) -> float:
        asked.append(prompt)
        return -abs(float(splats.opacities) - 0.2)

    made = best_of(maker, 3, score)("a cup", 7, lambda _: None)
    assert made.understood == "a cup 2"
    assert asked == ["a cup"] * 3
    assert maker.seeds == candidate_seeds(7, 3)


def test_the_first_of_equal_scores_is_kept() -> None:
    made = best_of(Maker(), 3, lambda *_: 0.5)("a cup", 7, lambda _: None)
    assert made.understood == "a cup 1"


def test_one_candidate_is_the_generator_itself() -> None:
    maker = Maker()
    assert best_of(maker, 1, None) is maker


def test_candidate_seeds_differ_start_with_the_given_one_and_are_reproducible() -> None:
    seeds = candidate_seeds(7, 50)
    assert seeds[0] == 7
    assert len(set(seeds)) == 50
    assert all(0 <= seed < 1 << 32 for seed in seeds)
    assert candidate_seeds(7, 50) == seeds
    assert candidate_seeds(8, 50)[1:] != seeds[1:]


def test_progress_runs_once_through_all_candidates() -> None:
    seen: list[Progress] = []
    best_of(Maker(), 2, lambda *_: 1.0)("a cup", 7, seen.append)
    assert [p.fraction for p in seen] == [0.25, 0.5, 0.75, 1.0]
    assert [p.stage for p in seen] == ["making 1/2", "judging", "making 2/2", "judging"]
    assert [p.preview is None for p in seen] == [False, True, False, True]


def test_a_cancelled_job_ends_between_two_candidates() -> None:
    maker = Maker()

    def report(progress: Progress) -> None:
        if progress.stage == "judging":
            raise Cancelled

    with pytest.raises(Cancelled):
        best_of(maker, 3, lambda *_: 1.0)("a cup", 7, report)
    assert len(maker.seeds) == 1


def test_a_failing_scorer_fails_the_job() -> None:
    def score(prompt: str, splats: Splats) -> float:
        raise OSError("the judge is out")

    with pytest.raises(OSError, match="the judge is out"):
        best_of(Maker(), 2, score)("a cup", 7, lambda _: None)


def test_candidates_without_a_judge_are_refused() -> None:
    with pytest.raises(ValueError, match="2 candidates need a scorer"):
        best_of(Maker(), 2, None)
    with pytest.raises(ValueError, match="at least 1"):
        best_of(Maker(), 0, None)


def test_a_finished_object_faces_z_is_centred_and_has_size_1() -> None:
    """A bar along x, faint behind and solid in front, whose front looks toward +x."""
    count = 400
    along = torch.linspace(1.0, 5.0, count)
    bar = Splats(
        means=torch.stack([along, torch.zeros(count), torch.full((count,), 2.0)], dim=1),
        quats=torch.tensor([1.0, 0, 0, 0]).repeat(count, 1),
        scales=torch.tensor([[0.05, 0.02, 0.01]]).repeat(count, 1),
        opacities=torch.linspace(0.3, 0.9, count),
        sh=torch.zeros(count, 1, 3),
    )
    done = finish(bar, front_azimuth_deg=90.0)
    lower, upper = bounds(done)
    torch.testing.assert_close(upper, torch.tensor([0, 0, 0.5]), atol=1e-5, rtol=0)
    torch.testing.assert_close(lower, torch.tensor([0, 0, -0.5]), atol=1e-5, rtol=0)
    assert float(done.means[done.opacities.argmax(), 2]) > 0.49
