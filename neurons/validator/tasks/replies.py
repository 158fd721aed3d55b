"""The desk's input and output as plain values, with the protocol's field names but without its SDK."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from neurons.validator.tasks import records
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.rules import TaskRules

MAX_RESULT_BYTES = 16 * 2**20
"""Limit of `results` for a hotkey that has an open task or closed one within the hour."""
MAX_OTHER_BYTES = 64 * 2**10
"""Limit of a body from any other hotkey."""


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
    """A task, or the reason why there is none and when to come back."""

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
    """The result of a submission, and the miner's reward, average and cooldown."""

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
        """Serialise the reply for storage, so that it can be sent again word for word."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> SubmitReply:
        """Parse a stored reply."""
        found = json.loads(text)
        return SubmitReply(**{**found, "thresholds": tuple(found["thresholds"])})


@dataclass(frozen=True, slots=True)
class ClosedTaskSummary:
    """How a task was closed, for the status page. `score` is None if the task was declined or rejected unscored."""

    closed_at: float  # Unix seconds
    hotkey: str
    task_id: str
    prompt: str
    score: float | None
    fidelity: float
    code: str


@dataclass(frozen=True, slots=True)
class ReplyBuilder:
    """Builds replies, which all carry the thresholds, the size limit and the scorer that results are judged by."""

    rules: TaskRules
    scorer: Callable[[], str]
    now: Callable[[], float]

    def task(self, record: MinerRecord) -> PullReply:
        """Build the reply with the record's open task. Raises ValueError if it has none."""
        if record.task is None:
            raise ValueError(f"{record.hotkey} holds no task")
        return PullReply(
            task=(record.task.id, record.task.prompt),
            submit_before=int(record.task.submit_before),
            cooldown_violations=record.cooldown_violations,
            scorer=self.scorer(),
            thresholds=self._thresholds,
            max_result_bytes=MAX_RESULT_BYTES,
        )

    def no_task(self, record: MinerRecord, until: float, code: str, detail: str) -> PullReply:
        """Build the reply that says why there is no task and when to come back (Unix seconds)."""
        return PullReply(
            cooldown_until=math.ceil(until),
            cooldown_violations=record.cooldown_violations,
            reason_code=code,
            detail=detail,
            scorer=self.scorer(),
            thresholds=self._thresholds,
            max_result_bytes=MAX_RESULT_BYTES,
        )

    def refusal(self, record: MinerRecord, code: str, detail: str) -> SubmitReply:
        """Build the reply to a submission that leaves the task as it was."""
        return self.result(record, code, detail)

    def result(
        self, record: MinerRecord, code: str = "", detail: str = "", result: SubmitReply | None = None
    ) -> SubmitReply:
        """Add the miner's reward, average and cooldown to what there is to report about its result."""
        now = self.now()
        recent = records.drop_expired(record, now, self.rules).accepted_at
        return replace(
            result or SubmitReply(scorer=self.scorer()),
            average_fidelity_score=record.average,
            generations_within_8_hours=len(recent),
            current_miner_reward=records.compute_reward(record, now, self.rules),
            cooldown_until=math.ceil(record.cooldown_until),
            reason_code=code,
            detail=detail,
            thresholds=self._thresholds,
            max_result_bytes=MAX_RESULT_BYTES,
        )

    @property
    def _thresholds(self) -> tuple[float, ...]:
        return tuple(sorted(score for score, _ in self.rules.thresholds))
