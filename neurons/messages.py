"""What miners and validators exchange, as plain values without the SDK, and every text that is signed for the network.

Field names are the protocol's (docs/protocol.md). Synapses are converted at the two edges alone: `miner/dendrite.py`
and `validator/axon/handlers.py`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class Task:
    """A prompt to turn into a splat, and the time (Unix seconds) by which the validator wants it; 0: unknown."""

    id: str
    prompt: str
    submit_before: float = 0


@dataclass(frozen=True, slots=True)
class PullReply:
    """A task, or the reason why there is none and when to come back."""

    task: Task | None = None
    cooldown_until: int = 0  # Unix seconds
    cooldown_violations: int = 0
    reason_code: str = ""
    detail: str = ""
    scorer: str = ""
    thresholds: tuple[float, ...] = ()
    max_result_bytes: int = 0  # 0: unknown
    version: int | None = None  # of the validator's release


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """A miner's result for a task: `results` is base64 of a PLY or SPZ file, empty to decline."""

    task_id: str
    prompt: str
    results: str
    submit_time: int  # Unix nanoseconds
    signature: str
    bound_signature: str = ""


@dataclass(frozen=True, slots=True)
class SubmitReply:
    """What a validator decided about a result, and the miner's reward, average and cooldown."""

    validation_failed: bool = False
    task_fidelity_score: float = 0.0
    average_fidelity_score: float = 0.0
    generations_within_8_hours: int = 0
    current_miner_reward: float = 0.0
    cooldown_until: int = 0  # Unix seconds
    reason_code: str = ""
    detail: str = ""
    score: float | None = None
    scorer: str = ""
    seed: int | None = None
    thresholds: tuple[float, ...] = ()
    max_result_bytes: int = 0  # 0: unknown

    def to_json(self) -> str:
        """Serialise the reply for storage, so that it can be sent again word for word."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> SubmitReply:
        """Parse a stored reply."""
        found = json.loads(text)
        return SubmitReply(**{**found, "thresholds": tuple(found["thresholds"])})


SUBMIT_REFUSALS = {
    "unknown_task": "the task is not open any more, or never was",
    "bad_signature": "the signature does not verify",
    "stale_signature": "the clocks of miner and validator differ by more than five minutes",
    "downgraded": "this hotkey has sent bound signatures before and must go on sending them",
    "bound_signature_required": "the validator requires bound signatures",
    "too_many_submissions": "the result could not be judged three times",
}
"""Reason codes of results that were not judged, which leave the task as it was, with their meanings."""


class TaskStatus(IntEnum):
    """States of an organic task asked for through `Generate`."""

    IN_QUEUE = 100
    IN_PROGRESS = 102
    DONE = 200
    NOT_FOUND = 404
    RATE_LIMIT = 429
    FAILED = 500


def result_message(submit_time: int, prompt: str, validator_hotkey: str, miner_hotkey: str) -> bytes:
    """Return what `signature` of a result signs. As bytes: the wallet would read a text beginning with 0x as hex."""
    return f"{submit_time}{prompt}{validator_hotkey}{miner_hotkey}".encode()


def bound_message(
    *, netuid: int, task_id: str, asset: bytes, submit_time: int, validator_hotkey: str, miner_hotkey: str
) -> bytes:
    """Return what `bound_signature` of a result signs: one asset, for one task of one subnet, between two hotkeys, at
    one time (Unix nanoseconds)."""
    digest = hashlib.sha256(asset).hexdigest()
    return f"three-gen:submit:1|{netuid}|{task_id}|{digest}|{submit_time}|{validator_hotkey}|{miner_hotkey}".encode()


def fetch_message(nonce: int, hotkey: str) -> bytes:
    """Return what `signature` of a fetch from a prompt collector signs; `nonce` is in Unix nanoseconds."""
    return f"{nonce}{hotkey}".encode()


def bound_fetch_message(collector: str, nonce: int, hotkey: str) -> bytes:
    """Return what `bound` of a fetch signs: unlike `fetch_message` it is of no use at another collector."""
    return f"three-gen:get:1|{collector}|{nonce}|{hotkey}".encode()
