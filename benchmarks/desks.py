"""A validator's desk for benchmarks: real rules, a real state on disk, and the caller's judge."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from neurons.services.validation import Verdict
from neurons.validator.tasks.desk import Desk, DeskDependencies
from neurons.validator.tasks.jobs import JobRules, OrganicJobs
from neurons.validator.tasks.live_state import LiveState
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Store
from neurons.validator.tasks.trust import Identity
from serving.schemas import new_job_id


@dataclass(frozen=True)
class AlwaysReady:
    """A validation service that is always ready and judges with a function."""

    judge: Callable[[str, str, int], Awaitable[Verdict]]
    ready: bool = True
    scorer: str = "three-gen-small@1+fp32"


def make_desk(
    folder: Path, me: Identity, judge: Callable[[str, str, int], Awaitable[Verdict]], rules: TaskRules | None = None
) -> Desk:
    """Create a desk over the state in `folder`: every prompt is a red car, no asset is kept, no organic job allowed."""
    rules = rules or TaskRules()
    needs = DeskDependencies(
        judge=AlwaysReady(judge),
        next_prompt=lambda: "a red car",
        new_task_id=new_job_id,
        keep_asset=lambda *_: None,
        now=time.time,
        strong_miners=100,
    )
    jobs = OrganicJobs(JobRules(), time.time, lambda _hotkey: False)
    return Desk(LiveState(Store(folder), rules, time.time), rules, me, needs, jobs)
