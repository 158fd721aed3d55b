"""What goes into and comes out of the desk: plain values, with the words of the protocol but without its SDK."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace

from neurons.validator.tasks import records
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.rules import TaskRules

MAX_RESULT_BYTES = 16 * 2**20
"""Of `results`, for a hotkey that holds a task or closed one within the hour …"""
MAX_OTHER_BYTES = 64 * 2**10
"""… and for any other."""


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


@dataclass(frozen=True, slots=True)
class ClosedWith:
    """How a task was closed, for the operator's eyes: `score` is None for one that was declined or refused unscored."""

    closed_at: float  # Unix seconds
    hotkey: str
    task_id: str
    prompt: str
    score: float | None
    fidelity: float
    code: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What every reply tells: by which rules and by which scorer results are judged."""

    rules: TaskRules
    scorer: str

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The scores from which a result is worth something, rising."""
        return tuple(sorted(score for score, _ in self.rules.thresholds))

    def task(self, record: MinerRecord) -> PullReply:
        """The task that the record holds. Raises ValueError when it holds none."""
        if record.task is None:
            raise ValueError(f"{record.hotkey} holds no task")
        return PullReply(
            task=(record.task.id, record.task.prompt),
            submit_before=int(record.task.submit_before),
            cooldown_violations=record.cooldown_violations,
            scorer=self.scorer,
            thresholds=self.thresholds,
            max_result_bytes=MAX_RESULT_BYTES,
        )

    def no_task(self, record: MinerRecord, until: float, code: str, detail: str) -> PullReply:
        """Why there is none, and when to come back."""
        return PullReply(
            cooldown_until=math.ceil(until),
            cooldown_violations=record.cooldown_violations,
            reason_code=code,
            detail=detail,
            scorer=self.scorer,
            thresholds=self.thresholds,
            max_result_bytes=MAX_RESULT_BYTES,
        )

    def result(
        self, record: MinerRecord, now: float, code: str = "", detail: str = "", told: SubmitReply | None = None
    ) -> SubmitReply:
        """Where the miner stands, added to what there is to tell of its result."""
        recent = records.settle(record, now, self.rules).accepted_at
        return replace(
            told or SubmitReply(scorer=self.scorer),
            average_fidelity_score=record.average,
            generations_within_8_hours=len(recent),
            current_miner_reward=records.reward(record, now, self.rules),
            cooldown_until=math.ceil(record.cooldown_until),
            reason_code=code,
            detail=detail,
            thresholds=self.thresholds,
            max_result_bytes=MAX_RESULT_BYTES,
        )
