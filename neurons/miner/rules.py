"""The numbers a miner works by, with where each comes from. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MinerRules:
    """Everything tuned about a miner. `min_stake` is a flag; the rest follows from the network's rules."""

    min_stake: float = 1000.0  # validators below it set no weights; --neuron.min_stake_to_set_weights
    send_margin_s: float = (
        20.0  # from the last moment of generating to a task's deadline: encoding, sending, one repeat
    )
    hold_s: float = 105.0  # a pull earns a new one 120 s later, whatever happens meanwhile: time to improve a result
    task_s: float = 600.0  # assumed of a validator that tells no deadline
    patience: float = 1.5  # another candidate is begun when there is time for so many times what one usually takes
    max_candidates: int = 8  # of one task: beyond, the best hardly gets better (docs/benchmarks.md)
    max_failures: int = 2  # failed jobs of one task, before it is declined
    hang_s: float = 60.0  # a job that takes longer than this, and …
    hang_times: float = 10.0  # … so many times what a candidate usually takes, hangs: another service gets it
    smoothing: float = 0.3  # weight of the newest candidate in what one usually takes
    thresholds: tuple[float, ...] = (0.8, 0.6)  # assumed of a validator that tells none
    backoff_s: float = 5.0  # after a first failed call of a validator, then twice that, …
    max_backoff_s: float = 600.0  # … up to this
    max_cooldown_s: float = 6 * 3600.0  # a cooldown further ahead is a stranger's mistake, or a trap
    repeat_s: float = 2.0  # before a lost submission is sent again, then twice that, …
    max_repeat_s: float = 30.0  # … up to this
    max_submissions: int = 10  # calls to deliver one result; a validator judges it three times at most
    drain_s: float = 15.0  # for work at hand when the miner stops; the whole stop stays under 30 s
