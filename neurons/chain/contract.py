"""The interface to a chain: what the neurons read from it and write to it.

ChainError              the wrong subnet or an unsupported runtime: needs an operator
└── ChainUnavailable    the node cannot be reached, or gives no usable answer: try again later with the same object

Reads raise these. Writes raise only ChainUnavailable, after which it is *unknown* whether they took effect: read the
state back before sending again. A refusal by the chain is never an exception, but an `Outcome`.
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
"""Codes of an `Outcome`. "rejected": refused by the transaction pool; "failed": any other error, named in `detail`."""

MAX_WEIGHT = 65_535
"""The chain stores weights as 16-bit integers, scaled so that the largest is this."""


class ChainError(Exception):
    """This neuron cannot work with the chain until its operator changes something."""


class ChainUnavailable(ChainError):
    """The chain gave no usable answer; the effect of a write is unknown."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One neuron slot (uid) of the subnet. Stake in alpha, incentive a share of 1; port 0: no axon is served."""

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
    """The whole subnet at one block. Raises ValueError unless `seats[i].uid == i`."""

    netuid: int
    block: int
    seats: tuple[Seat, ...]

    def __post_init__(self) -> None:
        if any(seat.uid != i for i, seat in enumerate(self.seats)):
            raise ValueError("seats must be in the order of their uids, without gaps")

    @cached_property
    def by_hotkey(self) -> dict[str, Seat]:
        """Seats by hotkey."""
        return {seat.hotkey: seat for seat in self.seats}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a write. `visible` is False for weights that are committed but hidden until their reveal."""

    ok: bool
    code: str
    detail: str
    block: int | None
    visible: bool

    def __post_init__(self) -> None:
        if self.code not in OUTCOME_CODES:
            raise ValueError(f"{self.code!r} is not an outcome code")


class Chain(Protocol):
    """A connection to one subnet for one wallet. Blocking; to be used by one thread at a time."""

    def block(self) -> int:
        """Return the number of the best head, which never decreases within one instance."""
        ...

    def timestamp(self) -> float:
        """Return when the best head was made, in Unix seconds; 0 if the chain does not know."""
        ...

    def uid(self, hotkey: str) -> int | None:
        """Return the uid of a hotkey, None if it is not registered."""
        ...

    def snapshot(self) -> Snapshot:
        """Return all seats at one block."""
        ...

    def serve_axon(self, ip: str, port: int) -> Outcome:
        """Announce the address of the hotkey's axon; the same address again is ok with code "unchanged"."""
        ...

    def set_weights(self, weights: Mapping[int, float], version_key: int) -> Outcome:
        """Make one attempt to set the wallet's weights by uid."""
        ...

    def blocks_until_weights(self) -> int:
        """Return the number of blocks until weights may be set; 0: now."""
        ...

    def close(self) -> None:
        """Close the connection; the object must not be used again."""
        ...


def explain_bad_weights(weights: Mapping[int, float]) -> str | None:
    """Return why weights are invalid, None if they are valid: finite, not negative and not all zero."""
    if not weights:
        return "no weights at all"
    if any(not 0 <= value < float("inf") for value in weights.values()):
        return "a weight is negative or not finite"
    if max(weights.values()) <= 0:
        return "all weights are zero"
    return None


def scale_to_u16(weights: Mapping[int, float]) -> dict[int, int]:
    """Return weights as the chain stores them: the largest becomes 65535, zeros are dropped.

    Expects valid weights (see `explain_bad_weights`).
    """
    top = max(weights.values())
    scaled = {uid: round(value / top * MAX_WEIGHT) for uid, value in weights.items()}
    return {uid: value for uid, value in sorted(scaled.items()) if value > 0}
