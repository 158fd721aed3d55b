"""What goes into and comes out of the desk: plain values, with the words of the protocol but without its SDK."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Submission:
    """A miner's result for a task: `results` is base64 of a PLY or SPZ file, empty to decline."""

    task_id: str
    prompt: str
    results: str
    submit_time: int
    signature: str
    bound_signature: str = ""


@dataclass(frozen=True, slots=True)
class PullReply:
    """A task, or why there is none now and when to come back."""

    task: tuple[str, str] | None = None  # id, prompt
    submit_before: int = 0  # Unix seconds
    cooldown_until: int = 0  # Unix seconds
    cooldown_violations: int = 0
    reason_code: str = ""
    detail: str = ""
    scorer: str = ""
    thresholds: tuple[float, ...] = ()
    max_result_bytes: int = 0


@dataclass(frozen=True, slots=True)
class SubmitReply:
    """What became of a submission, and where the miner stands."""

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
    max_result_bytes: int = 0

    def to_json(self) -> str:
        """The reply as it is stored, so that it can be given again word for word."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> SubmitReply:
        """A stored reply."""
        found = json.loads(text)
        return SubmitReply(**{**found, "thresholds": tuple(found["thresholds"])})
