"""The numbers that govern tasks and rewards, with the flag or the reason behind each. Times are in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaskRules:
    """Rules of a task's life (docs/protocol.md). Flags of `serve_validator.py` set some; the network fixes the rest."""

    task_timeout_s: float = 600.0  # from pull to expiry; --generation.task_timeout
    task_cooldown_s: float = 120.0  # from one pull to the next, so that answering fast earns nothing by itself
    min_cooldown_s: float = 10.0  # after a result, however long it took
    fault_cooldown_s: float = 30.0  # before a miner resends a result that the validator failed to judge
    unready_cooldown_s: float = 60.0  # before a miner asks again when the validator cannot judge
    max_submissions: int = 3  # per open task; those cut off by a restart of the validator do not count
    reply_kept_s: float = 3600.0  # a repeated submission gets the stored reply for this long
    reward_window_s: float = 8 * 3600.0  # how long an accepted result counts
    average_alpha: float = 0.05  # weight of the newest result; --neuron.moving_average_alpha
    thresholds: tuple[tuple[float, float], ...] = ((0.8, 1.0), (0.6, 0.75))  # (minimum score, fidelity), falling

    @property
    def max_cooldown_s(self) -> float:
        """The longest cooldown that any of the rules sets."""
        return max(self.task_cooldown_s, self.min_cooldown_s, self.fault_cooldown_s)

    def fidelity(self, score: float) -> float:
        """Return the fidelity of the highest threshold that a score reaches, or 0 (rejected) below all of them."""
        return next((fidelity for least, fidelity in self.thresholds if score >= least), 0.0)
