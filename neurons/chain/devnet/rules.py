"""Parameters of a devnet, fixed when it is created. Block counts are the real subnet's unless noted otherwise."""

from __future__ import annotations

from dataclasses import dataclass

COUNTS = ("tempo", "max_seats", "registrations_per_block", "registrations_per_tempo", "max_validators")
"""Rules that are at least 1."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Parameters of one devnet. Raises ValueError for impossible ones."""

    netuid: int = 17
    block_time_s: float = 12.0
    tempo: int = 360  # blocks between two epochs
    max_seats: int = 256
    immunity_blocks: int = 4096  # for this long a new seat cannot be pruned
    registrations_per_block: int = 1
    registrations_per_tempo: int = 3 * 16  # the chain allows three times its target per interval
    burn: float = 0.1  # cost of a registration, paid by the coldkey
    weights_rate_limit: int = 100
    serve_rate_limit: int = 50
    weights_version: int = 0  # weights with a lower version_key are refused
    min_stake: float = 1000.0  # to hold a validator permit
    max_validators: int = 64
    activity_cutoff: int = 5000  # a validator with older weights does not count
    commit_reveal: bool = True  # the chain's default: weights stay hidden for `reveal_epochs`
    reveal_epochs: int = 1
    allow_loopback: bool = False  # only local networks need axons on 127.0.0.1

    def __post_init__(self) -> None:
        for name in COUNTS:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not self.block_time_s > 0:
            raise ValueError("block_time_s must be positive")

    def block_at(self, start: float, now: float) -> int:
        """Return the number of the head at `now`, if block 1 was made at `start` (both in Unix seconds)."""
        return max(1, int((now - start) / self.block_time_s) + 1)

    def time_of(self, start: float, block: int) -> float:
        """Return the Unix time at which a block is made."""
        return start + (block - 1) * self.block_time_s

    def last_epoch(self, block: int) -> int:
        """Return the last block up to `block` that began with an epoch, 0 before the first epoch."""
        return block - block % self.tempo

    def reveal_block(self, block: int) -> int:
        """Return the block at which weights committed in `block` are revealed: `reveal_epochs` after the next epoch."""
        return self.last_epoch(block) + (1 + self.reveal_epochs) * self.tempo
