"""Decides what to do next for a task. Pure functions of the candidates made so far and the time.

A miner without its own scoring sends the first splat. With scoring it makes candidates with different seeds, until one
reaches the highest threshold, or the free time is over (the next task is given 120 s after the last pull, however early
the result came), or, if the best one is almost acceptable, the deadline is near. It declines a task rather than send a
result that would be rejected: a rejection lowers the average by which all results of the last eight hours are
multiplied. A result is therefore worth sending only if it is likely to be accepted, which holds from the lowest
threshold on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from neurons.miner.rules import MinerRules


class NextAction(Enum):
    """What to do next for a task."""

    START = "start"  # another candidate
    WAIT = "wait"  # for running candidates
    SUBMIT = "submit"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A splat in base64, as it would be sent, its seed, and its score, None if it could not be scored."""

    results: str = field(repr=False)
    seed: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Effort:
    """The work on one task so far. `pace_s` is the typical time of a candidate, 0 if unknown."""

    pulled_at: float
    deadline: float  # latest time to send, Unix seconds
    thresholds: tuple[float, ...]  # the highest first
    best: Candidate | None = None
    made: int = 0
    failures: int = 0
    pace_s: float = 0.0

    @property
    def is_acceptable(self) -> bool:
        """Check whether the best candidate is worth sending."""
        return self.best is not None and (self.best.score is None or self.best.score >= self.thresholds[-1])

    @property
    def is_perfect(self) -> bool:
        """Check whether no other candidate would earn more. An unscored one counts as perfect: it is sent as it is."""
        return self.best is not None and (self.best.score is None or self.best.score >= self.thresholds[0])

    @property
    def is_hopeless(self) -> bool:
        """Check whether the best candidate is so far from acceptable that the next task is the better use of time."""
        return self.best is not None and self.best.score is not None and self.best.score < self.thresholds[-1] / 2

    def __str__(self) -> str:
        score = None if self.best is None else self.best.score
        scored = "not scored" if score is None else f"best score {score:.4f}"
        return f"{self.made} candidates ({scored}), {self.failures} failed jobs"

    def generate_until(self, rules: MinerRules) -> float:
        """Return the time by which candidates must be finished.

        That is shortly before the deadline, or, once the outcome is clear, when the next task can be pulled.
        """
        latest = self.deadline - rules.send_margin_s
        if self.is_acceptable or self.is_hopeless:
            return min(latest, self.pulled_at + rules.hold_s)
        return latest


def choose_better(one: Candidate | None, other: Candidate) -> Candidate:
    """Return the candidate with the higher score; an unscored one has the lowest."""
    if one is None:
        return other
    return max(one, other, key=lambda candidate: -1.0 if candidate.score is None else candidate.score)


def choose_action(effort: Effort, running: int, now: float, rules: MinerRules, *, draining: bool = False) -> NextAction:
    """Return what to do at `now`, while `running` candidates are being made."""
    if effort.is_perfect or (effort.is_acceptable and draining):
        return NextAction.SUBMIT
    until = effort.generate_until(rules)
    if now < until:
        allowed = effort.failures < rules.max_failures and effort.made + running < rules.max_candidates
        if allowed and now + rules.patience * effort.pace_s < until:
            return NextAction.START
        if running:
            return NextAction.WAIT
    return NextAction.SUBMIT if effort.is_acceptable else NextAction.DECLINE
