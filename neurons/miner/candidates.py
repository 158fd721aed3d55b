"""When a miner is content with what it has made for a task. Pure: from what is known and `now` to the next step.

Without scoring of its own a miner sends the first splat it gets. With it, it makes candidates with different seeds and
stops when one tops the highest threshold, when the time that costs nothing is over (a new task is given 120 s after
the last pull, however early the result came), or, with one that is nearly acceptable, when the deadline nears. It
declines what would be rejected. That pays: a rejected result lowers the average that all of the last eight hours are
multiplied with, and is worth sending only where it is accepted more often than not, which is where its score reaches
the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from neurons.miner.rules import MinerRules


class Step(Enum):
    """What to do next for a task."""

    BEGIN = "begin"  # another candidate
    WAIT = "wait"  # for those that are being made
    SUBMIT = "submit"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A splat as it would be sent (base64), its seed, and its score: None when it could not be scored."""

    results: str = field(repr=False)
    seed: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Effort:
    """What has been done for one task so far. `pace_s`: what a candidate usually takes; 0 when nothing is known."""

    pulled_at: float
    deadline: float  # the last moment for sending, Unix seconds
    thresholds: tuple[float, ...]  # falling
    best: Candidate | None = None
    made: int = 0
    failures: int = 0
    pace_s: float = 0.0

    @property
    def is_acceptable(self) -> bool:
        """Whether the best is worth sending."""
        return self.best is not None and (self.best.score is None or self.best.score >= self.thresholds[-1])

    @property
    def is_perfect(self) -> bool:
        """Whether the best cannot be paid better, as far as anyone knows."""
        return self.best is not None and (self.best.score is None or self.best.score >= self.thresholds[0])

    def __str__(self) -> str:
        """For the log."""
        unscored = self.best is None or self.best.score is None
        told = "not scored" if unscored else f"best scored {self.best.score:.4f}"  # type: ignore[union-attr]
        return f"{self.made} candidates ({told}), {self.failures} failed jobs"

    @property
    def is_hopeless(self) -> bool:
        """Whether what was made is so far from acceptable that another prompt promises more."""
        return self.best is not None and self.best.score is not None and self.best.score < self.thresholds[-1] / 2

    def last_call(self, rules: MinerRules) -> float:
        """When work on another candidate has to end: before the deadline, unless what there is to send, or to give up,
        calls for a new task as soon as one is given."""
        latest = self.deadline - rules.send_margin_s
        settled = self.is_acceptable or self.is_hopeless
        return min(latest, self.pulled_at + rules.hold_s) if settled else latest


def better(one: Candidate | None, other: Candidate) -> Candidate:
    """The one to send: the higher score; an unscored one only where there is nothing else."""
    if one is None:
        return other
    return max(one, other, key=lambda candidate: -1.0 if candidate.score is None else candidate.score)


def next_step(effort: Effort, running: int, now: float, rules: MinerRules, *, draining: bool = False) -> Step:
    """What to do now, while `running` candidates are being made."""
    if effort.is_perfect or (effort.is_acceptable and draining):
        return Step.SUBMIT
    last_call = effort.last_call(rules)
    if now < last_call:
        room = effort.failures < rules.max_failures and effort.made + running < rules.max_candidates
        if room and now + rules.patience * effort.pace_s < last_call:
            return Step.BEGIN
        if running:
            return Step.WAIT
    return Step.SUBMIT if effort.is_acceptable else Step.DECLINE
