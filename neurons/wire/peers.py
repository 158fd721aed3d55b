"""A validator as a miner calls it, and the ways in which a call fails.

PeerError
├── PeerUnreachableError   no connection: nothing was sent
├── NoReplyError           the reply was lost, late or unreadable: the call may have taken effect
└── CallRefusedError       the axon refused the call with a status, perhaps with a time to try again

Nothing in a reply can be trusted: its numbers are limited here, and its texts are shortened before they are logged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from neurons.messages import PullReply, SubmitReply, Task
from serving.text import format_address

TEXT_CHARS = 200
"""Longest part of a text from a peer that is logged."""


class PeerError(Exception):
    """A validator gave no usable reply."""

    retry_after_s: float | None = None


class PeerUnreachableError(PeerError):
    """No connection: nothing was sent."""


class NoReplyError(PeerError):
    """The reply did not arrive or cannot be read: whether the call took effect is unknown."""


class CallRefusedError(PeerError):
    """The axon refused the call: 401 not verified, 403 not allowed, 503 busy, and so on."""

    def __init__(self, status: int, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"status {status}: {shorten(detail)}")
        self.status = status
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Peer:
    """A validator that the miner may call, and the address of its axon."""

    hotkey: str
    ip: str
    port: int
    stake: float

    @property
    def url(self) -> str:
        """Base URL of its axon."""
        return f"http://{format_address(self.ip, self.port)}"

    def __str__(self) -> str:
        return f"{self.hotkey[:8]}… ({format_address(self.ip, self.port)})"


class Calls(Protocol):
    """The calls to validators that a miner makes. Both raise PeerError."""

    async def pull(self, peer: Peer) -> PullReply:
        """Ask for a task."""
        ...

    async def submit(self, peer: Peer, task: Task, results: str) -> SubmitReply:
        """Sign a result (base64 on one line, empty to decline) for this call and send it."""
        ...


def shorten(text: str) -> str:
    """Return a peer's text for the log: shortened, on one line, in printable ASCII."""
    return text[:TEXT_CHARS].encode("unicode_escape").decode("ascii")


def clamp_time(seconds: int) -> int:
    """Clamp a peer's Unix time to the years 1970 to 36812, so that arithmetic with it is safe."""
    return min(max(0, seconds), 2**40)


def filter_score(value: float | None) -> float | None:
    """Return a peer's score if it lies between 0 and 1, else None."""
    return value if value is not None and 0 <= value <= 1 else None


def filter_thresholds(thresholds: Iterable[float]) -> tuple[float, ...]:
    """Return the thresholds of a peer that lie between 0 and 1, the highest first."""
    return tuple(sorted({value for value in thresholds if math.isfinite(value) and 0 < value <= 1}, reverse=True))
