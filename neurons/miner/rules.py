"""The tuned numbers of a miner, each with its reason. Times are in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MinerRules:
    """Numbers by which a miner decides. `min_stake` is a flag; the others follow from the network's rules."""

    # Validators
    min_stake: float = 1000.0  # validators with less set no weights; --neuron.min_stake_to_set_weights
    backoff_s: float = 5.0  # after the first failed call to a validator, doubled each time …
    max_backoff_s: float = 600.0  # … up to this
    max_cooldown_s: float = 6 * 3600.0  # longer cooldowns are a validator's mistake, or a trap

    # Candidates
    task_s: float = 600.0  # assumed time for a task if the validator sends no deadline
    thresholds: tuple[float, ...] = (0.8, 0.6)  # assumed if the validator sends none
    send_margin_s: float = 20.0  # between the end of generating and the deadline: encode, send, repeat once
    hold_s: float = 105.0  # the next pull is allowed 120 s after the last one: improving costs nothing until then
    patience: float = 1.5  # start another candidate if the remaining time is ≥ patience × typical candidate time
    max_candidates: int = 8  # per task; more would hardly improve the best one (docs/benchmarks.md)
    max_failures: int = 2  # failed jobs of one task before it is declined
    hang_s: float = 60.0  # a job that takes longer than this …
    hang_factor: float = 10.0  # … and than this × typical candidate time is moved to another service
    smoothing: float = 0.3  # weight of the newest candidate in the typical candidate time

    # Delivery
    repeat_s: float = 2.0  # before a lost submission is sent again, doubled each time …
    max_repeat_s: float = 30.0  # … up to this
    max_submissions: int = 10  # attempts to deliver one result; a validator judges it three times at most
    drain_s: float = 15.0  # for open tasks when the miner stops; the whole shutdown takes less than 30 s
