"""What a miner and a validator say to each other, as plain values; and the three ways in which a call fails.

CallFailed
├── Unreachable   nothing was sent: no connection
├── NoReply       it may have been sent, and acted upon: the reply was lost, late or unreadable
└── Refused       the validator's axon said no, by a status, and perhaps when to come back

Knows no SDK and no HTTP. Whatever stands in an answer was written by a stranger: numbers are bounded here, texts are
only ever shown in part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

TEXT_CHARS = 200
"""Of a stranger's text, at most so much is kept for the log."""


class CallFailed(Exception):
    """A validator gave no answer that can be used."""

    retry_after_s: float | None = None


class Unreachable(CallFailed):
    """No connection: nothing was sent."""


class NoReply(CallFailed):
    """The reply never came, or cannot be read; whether the call took effect is unknown."""


class Refused(CallFailed):
    """The axon refused the call: 401 not verified, 403 not allowed, 503 busy, and so on."""

    def __init__(self, status: int, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"status {status}: {shown(detail)}")
        self.status = status
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Peer:
    """A validator that a miner may ask, and where its axon listens."""

    hotkey: str
    ip: str
    port: int
    stake: float

    @property
    def url(self) -> str:
        """Address of its axon."""
        return f"http://[{self.ip}]:{self.port}" if ":" in self.ip else f"http://{self.ip}:{self.port}"

    def __str__(self) -> str:
        """For the log."""
        return f"{self.hotkey[:8]}… ({self.ip}:{self.port})"


@dataclass(frozen=True, slots=True)
class Task:
    """A prompt to turn into a splat, from one validator."""

    id: str
    prompt: str
    submit_before: float  # Unix seconds


@dataclass(frozen=True, slots=True)
class PullAnswer:
    """A task, or why there is none and when to come back. `thresholds` fall; empty when the validator tells none."""

    task: Task | None = None
    cooldown_until: float = 0.0  # Unix seconds
    code: str = ""
    detail: str = ""
    scorer: str = ""
    thresholds: tuple[float, ...] = ()
    max_result_bytes: int = 0  # 0: not told
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SubmitAnswer:
    """What a validator made of a result. Without `feedback` it said nothing of it."""

    feedback: bool = False
    validation_failed: bool = False
    fidelity: float = 0.0
    average: float = 0.0
    accepted_8h: int = 0
    reward: float = 0.0
    cooldown_until: float = 0.0  # Unix seconds
    code: str = ""
    detail: str = ""
    score: float | None = None
    scorer: str = ""
    seed: int | None = None


class Calls(Protocol):
    """The calls a miner makes. Both raise CallFailed."""

    async def pull(self, peer: Peer) -> PullAnswer:
        """Asks for a task."""
        ...

    async def submit(self, peer: Peer, task: Task, results: str) -> SubmitAnswer:
        """Sends a result (base64 on one line, empty to decline), signed anew at each call."""
        ...


def shown(text: str) -> str:
    """A stranger's text for the log: on one line, printable, not long."""
    return text[:TEXT_CHARS].encode("unicode_escape").decode("ascii")


def moment(seconds: int) -> float:
    """A stranger's Unix time, as a number to reckon with: between 1970 and the year 36812."""
    return float(min(max(0, seconds), 2**40))


def share(value: float | None) -> float | None:
    """A stranger's number between 0 and 1, None when it is another."""
    return value if value is not None and 0 <= value <= 1 else None


def falling(thresholds: Iterable[float]) -> tuple[float, ...]:
    """A stranger's thresholds: those between 0 and 1, the highest first."""
    return tuple(sorted({value for value in thresholds if math.isfinite(value) and 0 < value <= 1}, reverse=True))
