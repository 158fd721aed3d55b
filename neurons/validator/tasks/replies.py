"""How the desk builds its replies, and the summary of a closed task."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from neurons.messages import MAX_RESULT_BYTES, PullReply, SubmitReply, Task
from neurons.validator.tasks import records
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.rules import TaskRules


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
            task=Task(record.task.id, record.task.prompt, int(record.task.submit_before)),
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

    def exhausted(self, record: MinerRecord) -> SubmitReply:
        """Build the reply to a submission of a task that takes no more: the miner may pull again when it is over."""
        reply = self.refusal(record, "too_many_submissions", "this task takes no further submission")
        return replace(reply, cooldown_until=math.ceil(record.task.submit_before) if record.task else 0)

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
