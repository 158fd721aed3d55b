"""The numbers a devnet runs by, fixed when it is made. Block counts as on the real subnet unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """How one devnet behaves. Raises ValueError for numbers that make no chain."""

    netuid: int = 17
    block_time_s: float = 12.0
    tempo: int = 360  # blocks between two epochs
    max_seats: int = 256
    immunity_blocks: int = 4096  # a newcomer cannot lose its seat for so long
    registrations_per_block: int = 1
    registrations_per_tempo: int = 3 * 16  # the chain allows three times its target per interval
    burn: float = 0.1  # what a registration costs the coldkey
    weights_rate_limit: int = 100
    serve_rate_limit: int = 50
    weights_version: int = 0  # weights with a lower version_key are refused
    min_stake: float = 1000.0  # to hold a validator permit
    max_validators: int = 64
    activity_cutoff: int = 5000  # a validator whose weights are older does not count
    commit_reveal: bool = True  # the chain's default: weights stay hidden for `reveal_epochs`
    reveal_epochs: int = 1
    allow_loopback: bool = False  # only local networks need axons on 127.0.0.1

    def __post_init__(self) -> None:
        counts = ("tempo", "max_seats", "registrations_per_block", "registrations_per_tempo", "max_validators")
        for name in counts:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not self.block_time_s > 0:
            raise ValueError("block_time_s must be positive")

    def block_at(self, start: float, now: float) -> int:
        """Number of the head `now`, on a chain whose block 1 was made at `start` (both Unix seconds)."""
        return max(1, int((now - start) / self.block_time_s) + 1)

    def time_of(self, start: float, block: int) -> float:
        """Unix seconds at which a block is made."""
        return start + (block - 1) * self.block_time_s

    def last_epoch(self, block: int) -> int:
        """The newest block up to `block` at whose beginning an epoch ran; 0 when none has."""
        return block - block % self.tempo

    def reveal_block(self, block: int) -> int:
        """From which epoch on weights committed in `block` count: that many whole epochs after the running one."""
        return self.last_epoch(block) + (1 + self.reveal_epochs) * self.tempo
