"""Organic work: users' requests, the miners who work on them, and the result that each user gets.

    asked ──► queued ──► running (a miner has pulled it) ──► done: the best result, once all its miners have answered
                │            │                                  or some time after the first acceptable one
                └► no_miner  └► no_acceptable_result, at the deadline

A job is given to several miners. Its last place is reserved for a strong miner for a while, and a rejected result frees
its place. Jobs are kept only in memory: after a restart users must ask again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from neurons.messages import TaskStatus
from serving.lists import NotTextError, read_list
from serving.prompts import clean_prompt
from serving.schemas import new_job_id

FINISHED_KEPT = 64
"""Finished jobs kept for their users to fetch: at most 1 GiB of results of 16 MiB."""
FINISHED_KEPT_S = 3600.0
MAX_OPEN = 64
"""Jobs that may be queued or running at a time."""


@dataclass(frozen=True, slots=True)
class JobRules:
    """How organic work is distributed. All but `strong_wait_s` are set by the flags --public_api.*."""

    copies: int = 4  # number of miners that a job is given to
    strong_wait_s: float = 30.0  # how long the last place is reserved for a strong miner
    wait_after_first_s: float = 60.0  # for better results, after the first acceptable one
    timeout_s: float = 600.0  # from the request to the job's failure
    rate_requests: int = 10  # requests of one hotkey …
    rate_period_s: float = 120.0  # … in this period


class JobRefusal(Enum):
    """Why a request was not queued."""

    NOT_ALLOWED = "not_allowed"
    INVALID_PROMPT = "invalid_prompt"
    RATE_LIMITED = "rate_limited"
    QUEUE_FULL = "queue_full"


@dataclass(frozen=True, slots=True)
class MinerResult:
    """A miner's accepted result: base64 of a PLY or SPZ file. Times are Unix seconds."""

    hotkey: str
    score: float
    results: str
    assigned_at: float
    submitted_at: float


@dataclass
class OrganicJob:
    """One request of one user.

    `holders` maps the miners who are working on it to the times they pulled it; `failed` has those whose results were
    rejected or who declined. `accepted` has the acceptable results in order of time, of which only the first and the
    best keep their asset. Times are Unix seconds.
    """

    id: str
    owner: str
    prompt: str
    asked_at: float
    holders: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    accepted: list[MinerResult] = field(default_factory=list)
    status: TaskStatus = TaskStatus.IN_QUEUE
    reason: str = ""
    ended_at: float | None = None

    @property
    def best(self) -> MinerResult | None:
        """The result with the highest score, the earliest of equals."""
        return max(self.accepted, key=lambda result: result.score, default=None)


class OrganicJobs:
    """All organic jobs of one validator. `allowed(hotkey)` checks whether a user may ask."""

    def __init__(self, rules: JobRules, now: Callable[[], float], allowed: Callable[[str], bool]) -> None:
        self._rules, self._now, self._allowed = rules, now, allowed
        self._open: dict[str, OrganicJob] = {}
        self._ended: dict[str, OrganicJob] = {}
        self._asked: dict[str, deque[float]] = {}

    def ask(self, owner: str, prompt: str) -> OrganicJob | JobRefusal:
        """Queue a new job, or return why it is refused."""
        if not self._allowed(owner):
            return JobRefusal.NOT_ALLOWED
        try:
            cleaned = clean_prompt(prompt)
        except ValueError:
            return JobRefusal.INVALID_PROMPT
        self._expire()
        if len(self._open) >= MAX_OPEN:
            return JobRefusal.QUEUE_FULL
        times = self._asked.setdefault(owner, deque())
        if len(times) >= self._rules.rate_requests:
            return JobRefusal.RATE_LIMITED
        times.append(self._now())
        job = OrganicJob(new_job_id(), owner, cleaned, self._now())
        self._open[job.id] = job
        return job

    def find(self, owner: str, job_id: str) -> OrganicJob | None:
        """Return the job if it exists and belongs to this user."""
        self._expire()
        job = self._open.get(job_id) or self._ended.get(job_id)
        return job if job is not None and job.owner == owner else None

    def status_of(self, owner: str, job_id: str) -> tuple[TaskStatus, str | None]:
        """Return the state of a user's job, and its best result (base64) once it is done."""
        job = self.find(owner, job_id)
        if job is None:
            return TaskStatus.NOT_FOUND, None
        return job.status, job.best.results if job.best and job.status is TaskStatus.DONE else None

    def offer(self, hotkey: str, strong: bool) -> OrganicJob | None:
        """Return the oldest job with a free place for this miner, which `take` claims, or None."""
        self._expire()
        return next((job for job in self._open.values() if self._has_place(job, hotkey, strong)), None)

    def take(self, job: OrganicJob, hotkey: str) -> None:
        """Record that the miner has pulled the job."""
        job.holders[hotkey] = self._now()
        job.status = TaskStatus.IN_PROGRESS

    def answer(self, job_id: str, hotkey: str, score: float | None, results: str) -> None:
        """Record a miner's result; `score` is None if it was rejected or declined. Ignored once the job has ended."""
        self._expire()
        job = self._open.get(job_id)
        if job is None or hotkey not in job.holders:
            return
        assigned_at = job.holders.pop(hotkey)
        if score is None:
            job.failed.add(hotkey)
        else:
            _add(job, MinerResult(hotkey, score, results, assigned_at, self._now()))
        self._expire()

    def _has_place(self, job: OrganicJob, hotkey: str, strong: bool) -> bool:
        if hotkey in job.holders or hotkey in job.failed or any(one.hotkey == hotkey for one in job.accepted):
            return False
        taken = len(job.holders) + len(job.accepted)
        waited = self._now() >= job.asked_at + self._rules.strong_wait_s
        places = self._rules.copies if strong or waited or self._rules.copies == 1 else self._rules.copies - 1
        return taken < places

    def _expire(self) -> None:
        """End the jobs that are due, and drop old jobs and request times. Called before each access."""
        now = self._now()
        for job in list(self._open.values()):
            first = job.accepted[0].submitted_at if job.accepted else None
            late = now >= job.asked_at + self._rules.timeout_s
            if first is not None and (not job.holders or late or now >= first + self._rules.wait_after_first_s):
                self._end(job, TaskStatus.DONE, "")
            elif late:
                self._end(job, TaskStatus.FAILED, "no_acceptable_result" if job.holders or job.failed else "no_miner")
        for job in list(self._ended.values()):
            if len(self._ended) > FINISHED_KEPT or now >= (job.ended_at or 0.0) + FINISHED_KEPT_S:
                del self._ended[job.id]
        for owner, times in list(self._asked.items()):
            while times and times[0] <= now - self._rules.rate_period_s:
                times.popleft()
            if not times:
                del self._asked[owner]

    def _end(self, job: OrganicJob, status: TaskStatus, reason: str) -> None:
        del self._open[job.id]
        job.status, job.reason, job.ended_at = status, reason, self._now()
        self._ended[job.id] = job


class AllowList:
    """The hotkeys listed in a file (`serving.lists`), which is read again whenever it changes.

    Raises OSError or NotTextError if it cannot be read at the start; one that is unreadable later allows nobody.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._hotkeys: frozenset[str] = frozenset()
        self._read_again()

    def __contains__(self, hotkey: str) -> bool:
        try:
            self._read_again()
        except (OSError, NotTextError):
            return False
        return hotkey in self._hotkeys

    def _read_again(self) -> None:
        found = self._path.stat()
        if (stamp := (found.st_mtime_ns, found.st_size)) != self._stamp:
            self._hotkeys = frozenset(read_list(self._path)[0])
            self._stamp = stamp


def _add(job: OrganicJob, result: MinerResult) -> None:
    """Add a result, keeping only the assets of the first and the best one."""
    job.accepted.append(result)
    best = job.best
    job.accepted[1:] = [one if one is best else replace(one, results="") for one in job.accepted[1:]]
