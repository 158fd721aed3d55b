"""A validator's desk for measurements: real rules and a real state on disk, a judge that is passed in."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from neurons.services.validation import Verdict
from neurons.validator.tasks.desk import Desk, Surroundings
from neurons.validator.tasks.jobs import JobRules, Jobs
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Store
from neurons.validator.tasks.trust import Identity
from serving.schemas import new_job_id


def make_desk(folder: Path, me: Identity, judge: Callable[[str, str, int], Awaitable[Verdict]]) -> Desk:
    """The desk over the state in `folder`; every prompt is a red car, nothing is stored and nobody may ask."""
    around = Surroundings(
        judge=judge,
        ready=lambda: True,
        scorer=lambda: "three-gen-small@1+fp32",
        scorer_ok=lambda: True,
        next_prompt=lambda: "a red car",
        new_id=new_job_id,
        now=time.time,
        keep=lambda *_: None,
        strong_miners=100,
    )
    jobs = Jobs(JobRules(), time.time, lambda _hotkey: False)
    return Desk(Store(folder), TaskRules(), me, around, jobs)
