"""The jobs that clients may ask for by id: those not finished yet and, for a while, those that are."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime

from generation.work.jobs import GenerationJob
from generation.work.results import StoredFile

JOBS_KEPT, JOB_KEPT_S = 2000, 86_400.0
"""How many jobs are remembered, about 2 KiB each, and how long after they ended."""


class JobHistory:
    """Jobs by id, in the order in which they arrived."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, GenerationJob[StoredFile]] = OrderedDict()

    def add(self, job: GenerationJob[StoredFile]) -> None:
        """Remember a job."""
        self._jobs[job.id] = job

    def find(self, job_id: str) -> GenerationJob[StoredFile] | None:
        """Return the job of this id, or None if it is unknown or forgotten."""
        return self._jobs.get(job_id)

    def forget_old(self) -> None:
        """Drop finished jobs that are too old or too many, oldest first."""
        now = datetime.now(UTC)
        while self._jobs:
            oldest = next(iter(self._jobs.values()))
            expired = oldest.finished_at is not None and (now - oldest.finished_at).total_seconds() > JOB_KEPT_S
            if not oldest.finished or not (expired or len(self._jobs) > JOBS_KEPT):
                return
            del self._jobs[oldest.id]
