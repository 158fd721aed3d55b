"""The narrow interface to a chain: what neurons read from it and write to it. Knows no SDK and no storage.

ChainError              a bug or an unsupported runtime: stop and look
└── ChainUnavailable    the node cannot be reached or does not answer: try again later, with the same object

Reads raise these. Writes raise only ChainUnavailable, after which it is *unknown* whether they took effect: read back
before sending again. Every refusal by the chain is an `Outcome`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

OUTCOME_CODES = frozenset(
    {
        "ok",
        "unchanged",
        "committed",
        "not_registered",
        "too_soon",
        "no_permit",
        "bad_weights",
        "bad_version",
        "bad_address",
        "commit_reveal_on",
        "rate_limited",
        "rejected",
        "failed",
    }
)
"""Every code an `Outcome` may carry; "rejected" is the pool's word, "failed" any other, its name in the detail."""

MAX_WEIGHT = 65_535
"""Weights travel as 16-bit integers, the largest scaled to this."""


class ChainError(Exception):
    """The chain gave an answer that cannot be used."""


class ChainUnavailable(ChainError):
    """The chain gave no answer. After a write its effect is unknown."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One place of the subnet. Stake in alpha, incentive a share of 1; a port of 0 means that no axon is served."""

    uid: int
    hotkey: str
    coldkey: str
    stake: float
    incentive: float
    validator_permit: bool
    last_update: int
    ip: str
    port: int


@dataclass(frozen=True)
class Snapshot:
    """The whole subnet at one block; `seats[i].uid == i`. Raises ValueError when it is not."""

    netuid: int
    block: int
    seats: tuple[Seat, ...]

    def __post_init__(self) -> None:
        if any(seat.uid != i for i, seat in enumerate(self.seats)):
            raise ValueError("seats must be in the order of their uids, without gaps")

    @cached_property
    def by_hotkey(self) -> dict[str, Seat]:
        """The seats by hotkey."""
        return {seat.hotkey: seat for seat in self.seats}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a write. `visible` is False for weights that are committed but hidden until their reveal."""

    ok: bool
    code: str
    detail: str
    block: int | None
    visible: bool

    def __post_init__(self) -> None:
        if self.code not in OUTCOME_CODES:
            raise ValueError(f"{self.code!r} is not an outcome code")


class Chain(Protocol):
    """A connection to one subnet on behalf of one wallet. Blocking; used by one thread at a time."""

    def block(self) -> int:
        """Number of the best head; never goes back within one instance."""
        ...

    def uid(self, hotkey: str) -> int | None:
        """Seat of a hotkey, None when it is not registered."""
        ...

    def snapshot(self) -> Snapshot:
        """All seats at one block, never some of them."""
        ...

    def serve_axon(self, ip: str, port: int) -> Outcome:
        """Announces where the wallet's hotkey listens; the same place again is ok with code "unchanged"."""
        ...

    def set_weights(self, weights: Mapping[int, float], version_key: int) -> Outcome:
        """One attempt to set the wallet's weights by uid."""
        ...

    def blocks_until_weights(self) -> int:
        """Blocks to wait until weights may be set; 0 is now."""
        ...

    def close(self) -> None:
        """Ends the connection; the object must not be used again."""
        ...


def bad_weights(weights: Mapping[int, float]) -> str | None:
    """Why these weights must not be sent, or None: they have to be finite, not negative, and not all zero."""
    if not weights:
        return "no weights at all"
    if any(not 0 <= value < float("inf") for value in weights.values()):
        return "a weight is negative or not finite"
    if max(weights.values()) <= 0:
        return "all weights are zero"
    return None


def as_u16(weights: Mapping[int, float]) -> dict[int, int]:
    """Weights as the chain stores them: the largest becomes 65535, zeros are left out; `bad_weights` must be None."""
    top = max(weights.values())
    scaled = {uid: round(value / top * MAX_WEIGHT) for uid, value in weights.items()}
    return {uid: value for uid, value in sorted(scaled.items()) if value > 0}
