"""Messages between miners and validators as plain values, and the bytes that hotkeys sign.

Field names are the protocol's (docs/protocol.md). Only `wire/dendrite.py` and `validator/axon/handlers.py` convert
these messages to synapses and back.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import IntEnum

MAX_RESULT_BYTES = 16 * 2**20
"""Limit of `results` for a hotkey that has an open task or closed one within the hour."""
MAX_OTHER_BYTES = 64 * 2**10
"""Limit of a body from any other hotkey."""


@dataclass(frozen=True, slots=True)
class Task:
    """A prompt to turn into a splat, and the time (Unix seconds) by which to submit the splat; 0: unknown."""

    id: str
    prompt: str
    submit_before: float = 0


@dataclass(frozen=True, slots=True)
class PullReply:
    """A task, or why there is none and when to pull again."""

    task: Task | None = None
    cooldown_until: int = 0  # Unix seconds
    cooldown_violations: int = 0
    reason_code: str = ""
    detail: str = ""
    scorer: str = ""
    thresholds: tuple[float, ...] = ()
    max_result_bytes: int = 0  # 0: unknown
    version: int | None = None  # the validator's release


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """A miner's result for a task: `results` is base64 of a PLY or SPZ file, or empty to decline the task."""

    task_id: str
    prompt: str
    results: str
    submit_time: int  # Unix nanoseconds
    signature: str
    bound_signature: str = ""


@dataclass(frozen=True, slots=True)
class SubmitReply:
    """A validator's verdict on a result, and the miner's average, reward and cooldown."""

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
        fields = json.loads(text)
        return SubmitReply(**{**fields, "thresholds": tuple(fields["thresholds"])})


SUBMIT_REFUSALS = {
    "unknown_task": "the task is no longer open, or never was",
    "bad_signature": "the signature does not verify",
    "stale_signature": "the clocks of miner and validator differ by more than five minutes",
    "downgraded": "this hotkey has sent bound signatures before and must keep sending them",
    "bound_signature_required": "the validator requires bound signatures",
    "too_many_submissions": "the result could not be judged three times",
}
"""Reason codes of results that were not judged, with their meanings. They leave the task as it was."""


class TaskStatus(IntEnum):
    """States of a job requested through `Generate`."""

    IN_QUEUE = 100
    IN_PROGRESS = 102
    DONE = 200
    NOT_FOUND = 404
    RATE_LIMIT = 429
    FAILED = 500


def result_message(submit_time: int, prompt: str, validator_hotkey: str, miner_hotkey: str) -> bytes:
    """Return the bytes that `signature` of a result signs. The wallet would read a str that begins with 0x as hex."""
    return f"{submit_time}{prompt}{validator_hotkey}{miner_hotkey}".encode()


def bound_message(
    *, netuid: int, task_id: str, asset: bytes, submit_time: int, validator_hotkey: str, miner_hotkey: str
) -> bytes:
    """Return the bytes that `bound_signature` of a result signs.

    They bind an asset to one task of one subnet, two hotkeys and a time (Unix nanoseconds).
    """
    digest = hashlib.sha256(asset).hexdigest()
    return f"three-gen:submit:1|{netuid}|{task_id}|{digest}|{submit_time}|{validator_hotkey}|{miner_hotkey}".encode()


def fetch_message(nonce: int, hotkey: str) -> bytes:
    """Return the bytes that `signature` of a fetch from a prompt collector signs; `nonce` is Unix nanoseconds."""
    return f"{nonce}{hotkey}".encode()


def bound_fetch_message(collector: str, nonce: int, hotkey: str) -> bytes:
    """Return the bytes that `bound` of a fetch signs: unlike `fetch_message`, they are valid at one collector only."""
    return f"three-gen:get:1|{collector}|{nonce}|{hotkey}".encode()
