"""One miner's record and how each event changes it. Pure functions of a record, the time and the rules.

    pull ──► open task ──► submit ──► accepted │ rejected │ declined ──► closed, cooldown
                │              └────► validator fault ──► still open, the miner loses nothing
                └──► expired: dropped without a score

Records are keyed by hotkey, so a seat that changes hands starts with a fresh record. Times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from neurons.validator.tasks.rules import TaskRules


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that a miner is working on. `job` is the id of the organic job it belongs to, if any.

    `judging_since` is the time at which the submission that is being judged arrived. If the validator ends meanwhile it
    stays set, and that submission does not count.
    """

    id: str
    prompt: str
    assigned_at: float
    submit_before: float
    submissions: int = 0  # those that the validator failed to judge
    job: str | None = None
    judging_since: float | None = None


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A closed task with the reply its miner got, kept in case the miner never received it."""

    id: str
    closed_at: float
    reply: str


MAX_CLOSED = 64
"""Closed tasks kept per record: more than twice what an hour brings at the default cooldown of 120 s."""


@dataclass(frozen=True, slots=True)
class MinerRecord:
    """One miner. `average`: moving average of fidelity; `accepted_at`: times of accepted results, rising."""

    hotkey: str
    task: OpenTask | None = None
    closed: tuple[ClosedTask, ...] = ()  # rising in time
    cooldown_until: float = 0.0
    cooldown_violations: int = 0
    average: float = 1.0
    accepted_at: tuple[float, ...] = ()
    binds: bool = False  # has sent a bound signature once, so it must always send one


class SubmissionAction(Enum):
    """How to handle a submission."""

    JUDGE = "judge"
    REPLAY = "replay"  # `find_reply` returns the reply, word for word
    UNKNOWN_TASK = "unknown_task"
    TOO_MANY = "too_many_submissions"


def drop_expired(record: MinerRecord, now: float, rules: TaskRules) -> MinerRecord:
    """Return the record without an expired task, stored replies that are too old and results outside the window."""
    task = record.task if record.task and now < record.task.submit_before else None
    closed = tuple(one for one in record.closed if now < one.closed_at + rules.reply_kept_s)
    recent = tuple(at for at in record.accepted_at if at > now - rules.reward_window_s)
    return replace(record, task=task, closed=closed, accepted_at=recent)


def limit_times(record: MinerRecord, now: float, rules: TaskRules) -> MinerRecord:
    """Return the record without times further ahead than the rules allow, which a clock that was ahead has left."""
    task = record.task
    if task is not None:
        task = replace(
            task,
            assigned_at=min(task.assigned_at, now),
            submit_before=min(task.submit_before, now + rules.task_timeout_s),
        )
    return replace(
        record,
        task=task,
        closed=tuple(replace(one, closed_at=min(one.closed_at, now)) for one in record.closed),
        cooldown_until=min(record.cooldown_until, now + rules.max_cooldown_s),
        accepted_at=tuple(min(at, now) for at in record.accepted_at),
    )


def excuse_restart(record: MinerRecord, now: float) -> MinerRecord:
    """Extend the open task by the time lost if the validator ended while it judged a submission of it."""
    if record.task is None or record.task.judging_since is None:
        return record
    lost_s = max(0.0, now - record.task.judging_since)
    task = replace(record.task, submit_before=record.task.submit_before + lost_s, judging_since=None)
    return replace(record, task=task)


def refuse_early_pull(record: MinerRecord, now: float) -> MinerRecord | None:
    """Return the record with one more violation if its cooldown is still running, else None."""
    if now >= record.cooldown_until:
        return None
    return replace(record, cooldown_violations=record.cooldown_violations + 1)


def assign_task(
    record: MinerRecord, task_id: str, prompt: str, now: float, rules: TaskRules, job: str | None = None
) -> MinerRecord:
    """Give a task to a record without an open one. Raises ValueError if it has one."""
    if record.task is not None:
        raise ValueError(f"{record.hotkey} holds task {record.task.id} already")
    return replace(record, task=OpenTask(task_id, prompt, now, now + rules.task_timeout_s, job=job))


def receive_submission(
    record: MinerRecord, task_id: str, now: float, rules: TaskRules
) -> tuple[MinerRecord, SubmissionAction]:
    """Decide what to do with a submission for `task_id`, and note since when it is being judged if it will be.

    Expects a record without expired parts.
    """
    if find_reply(record, task_id) is not None:
        return record, SubmissionAction.REPLAY
    if record.task is None or record.task.id != task_id:
        return record, SubmissionAction.UNKNOWN_TASK
    if is_exhausted(record.task, rules):
        return record, SubmissionAction.TOO_MANY
    return replace(record, task=replace(record.task, judging_since=now)), SubmissionAction.JUDGE


def is_exhausted(task: OpenTask, rules: TaskRules) -> bool:
    """Check whether the task takes no further submission."""
    return task.submissions >= rules.max_submissions


def decline_task(record: MinerRecord, now: float, rules: TaskRules) -> MinerRecord:
    """Close the task that the miner declined: a cooldown, no score."""
    return _close_task(record, now, rules)


def add_score(record: MinerRecord, fidelity: float, now: float, rules: TaskRules) -> MinerRecord:
    """Close a judged task and update the average. A fidelity of 0 means that the result was rejected."""
    average = record.average + rules.average_alpha * (fidelity - record.average)
    accepted = (*record.accepted_at, now) if fidelity > 0 else record.accepted_at
    return replace(_close_task(record, now, rules), average=average, accepted_at=accepted)


def excuse_fault(record: MinerRecord, lost_s: float, now: float, rules: TaskRules) -> MinerRecord:
    """Count a submission that the validator failed to judge, and extend the open task by the time that this cost."""
    if record.task is None:
        return record
    task = replace(
        record.task,
        submissions=record.task.submissions + 1,
        submit_before=record.task.submit_before + max(0.0, lost_s),
        judging_since=None,
    )
    return replace(record, task=task, cooldown_until=now + rules.fault_cooldown_s)


def store_reply(record: MinerRecord, task_id: str, reply: str, now: float) -> MinerRecord:
    """Keep the reply to a closed task."""
    return replace(record, closed=(*record.closed, ClosedTask(task_id, now, reply))[-MAX_CLOSED:])


def find_reply(record: MinerRecord, task_id: str) -> str | None:
    """Return the stored reply to a closed task."""
    return next((one.reply for one in record.closed if one.id == task_id), None)


def compute_reward(record: MinerRecord, now: float, rules: TaskRules) -> float:
    """Return the number of results accepted in the reward window (8 hours) × the moving average of fidelity."""
    return sum(at > now - rules.reward_window_s for at in record.accepted_at) * record.average


def _close_task(record: MinerRecord, now: float, rules: TaskRules) -> MinerRecord:
    """Close the task; the cooldown counts from its pull. Raises ValueError if no task is open."""
    if record.task is None:
        raise ValueError(f"{record.hotkey} holds no task")
    cooldown = max(now + rules.min_cooldown_s, record.task.assigned_at + rules.task_cooldown_s)
    return replace(record, task=None, cooldown_until=cooldown)
