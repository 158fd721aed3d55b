"""What a validator knows of one miner, and what each event makes of it. Pure: takes a record and `now`, returns both.

    pull ──► open task ──► submit ──► accepted │ rejected │ declined ──► closed, cooldown
                │              └────► validator fault ──► still open, the miner loses nothing
                └──► expired: dropped without a score

Everything is keyed by hotkey: a seat that changes hands starts with a fresh record. Times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from neurons.validator.tasks.rules import TaskRules


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task in a miner's hands. `job` names the organic job it belongs to, if any."""

    id: str
    prompt: str
    assigned_at: float
    submit_before: float
    submissions: int = 0
    job: str | None = None


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A task that a miner closed, with the reply it got, kept for whom that reply never reached."""

    id: str
    closed_at: float
    reply: str


MAX_CLOSED = 64
"""Closed tasks kept in a record: more than twice what an hour brings at the ordinary cooldown of 120 s."""


@dataclass(frozen=True, slots=True)
class MinerRecord:
    """One miner. `average` is the moving average of fidelity; `accepted_at` the times of accepted results, rising."""

    hotkey: str
    task: OpenTask | None = None
    closed: tuple[ClosedTask, ...] = ()  # rising in time
    cooldown_until: float = 0.0
    cooldown_violations: int = 0
    average: float = 1.0
    accepted_at: tuple[float, ...] = ()
    binds: bool = False  # has sent a bound signature once and may not go back


class Step(Enum):
    """What to do with a submission."""

    JUDGE = "judge"
    REPLAY = "replay"  # `reply_to` has it, word for word
    UNKNOWN_TASK = "unknown_task"
    TOO_MANY = "too_many_submissions"


def settle(record: MinerRecord, now: float, rules: TaskRules) -> MinerRecord:
    """The record without what time has taken: an expired task, stored replies too old, results out of the window."""
    task = record.task if record.task and now < record.task.submit_before else None
    closed = tuple(one for one in record.closed if now < one.closed_at + rules.reply_kept_s)
    recent = tuple(at for at in record.accepted_at if at > now - rules.reward_window_s)
    return replace(record, task=task, closed=closed, accepted_at=recent)


def refuse_pull(record: MinerRecord, now: float) -> MinerRecord | None:
    """The record after a pull during the cooldown, or None when a task may be given."""
    if now >= record.cooldown_until:
        return None
    return replace(record, cooldown_violations=record.cooldown_violations + 1)


def assign(
    record: MinerRecord, task_id: str, prompt: str, now: float, rules: TaskRules, job: str | None = None
) -> MinerRecord:
    """Gives a task to a settled record that holds none. Raises ValueError when it does hold one."""
    if record.task is not None:
        raise ValueError(f"{record.hotkey} holds task {record.task.id} already")
    return replace(record, task=OpenTask(task_id, prompt, now, now + rules.task_timeout_s, job=job))


def receive(record: MinerRecord, task_id: str, rules: TaskRules) -> tuple[MinerRecord, Step]:
    """What a submission for `task_id` meets, on a settled record; one that will be judged is counted."""
    if reply_to(record, task_id) is not None:
        return record, Step.REPLAY
    if record.task is None or record.task.id != task_id:
        return record, Step.UNKNOWN_TASK
    if record.task.submissions >= rules.max_submissions:
        return record, Step.TOO_MANY
    return replace(record, task=replace(record.task, submissions=record.task.submissions + 1)), Step.JUDGE


def decline(record: MinerRecord, now: float, rules: TaskRules) -> MinerRecord:
    """The miner gave the task back: a cooldown, no score. Its reply is stored with `remember`."""
    return _close(record, now, rules)


def judge(record: MinerRecord, fidelity: float, now: float, rules: TaskRules) -> MinerRecord:
    """A judged result: fidelity 0 is a rejected one. Both close the task and count in the average."""
    average = record.average + rules.average_alpha * (fidelity - record.average)
    accepted = (*record.accepted_at, now) if fidelity > 0 else record.accepted_at
    return replace(_close(record, now, rules), average=average, accepted_at=accepted)


def excuse(record: MinerRecord, lost_s: float, now: float, rules: TaskRules) -> MinerRecord:
    """A validator's fault: the task stays open for the time lost, nothing counts, the miner may send again soon."""
    if record.task is None:
        return record
    task = replace(record.task, submit_before=record.task.submit_before + max(0.0, lost_s))
    return replace(record, task=task, cooldown_until=now + rules.fault_cooldown_s)


def remember(record: MinerRecord, task_id: str, reply: str, now: float) -> MinerRecord:
    """Keeps the reply that a closed task got."""
    return replace(record, closed=(*record.closed, ClosedTask(task_id, now, reply))[-MAX_CLOSED:])


def reply_to(record: MinerRecord, task_id: str) -> str | None:
    """The reply that a closed task got, as it was kept."""
    return next((one.reply for one in record.closed if one.id == task_id), None)


def reward(record: MinerRecord, now: float, rules: TaskRules) -> float:
    """Accepted results of the last eight hours × the moving average of fidelity."""
    return sum(at > now - rules.reward_window_s for at in record.accepted_at) * record.average


def _close(record: MinerRecord, now: float, rules: TaskRules) -> MinerRecord:
    """Closes the task; the cooldown counts from its pull. Raises ValueError when none is open."""
    if record.task is None:
        raise ValueError(f"{record.hotkey} holds no task")
    cooldown = max(now + rules.min_cooldown_s, record.task.assigned_at + rules.task_cooldown_s)
    return replace(record, task=None, cooldown_until=cooldown)
