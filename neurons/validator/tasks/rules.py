"""The numbers a validator treats miners by, with where each comes from. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaskRules:
    """Life of a task (docs/protocol.md). The flags of `serve_validator.py` set some; the rest is the network's."""

    task_timeout_s: float = 600.0  # from pull to expiry; --generation.task_timeout
    task_cooldown_s: float = 120.0  # from one pull to the next, so that answering fast earns nothing by itself
    min_cooldown_s: float = 10.0  # after a result, however long it took
    fault_cooldown_s: float = 30.0  # before a miner sends again what the validator failed to judge
    unready_cooldown_s: float = 60.0  # before it asks again a validator that cannot judge
    max_submissions: int = 3  # for one open task, faults included
    reply_kept_s: float = 3600.0  # how long the same task again gets the stored reply
    reward_window_s: float = 8 * 3600.0  # accepted results count for so long
    average_alpha: float = 0.05  # weight of the newest result; --neuron.moving_average_alpha
    thresholds: tuple[tuple[float, float], ...] = ((0.8, 1.0), (0.6, 0.75))  # score from which → fidelity

    def fidelity(self, score: float) -> float:
        """What a score is worth: the fidelity of the highest threshold it reaches, 0 below all (rejected)."""
        return next((fidelity for least, fidelity in self.thresholds if score >= least), 0.0)
