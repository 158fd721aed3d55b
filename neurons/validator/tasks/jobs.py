"""Organic work: users' requests, the miners who work on them, and the result each user gets.

    asked ──► queued ──► running (a miner has pulled) ──► done: the best result, once all who hold the job have answered
                │            │                                  or some time after the first acceptable one
                └► no_miner  └► no_acceptable_result, at the deadline

A job goes to several miners; its last place is reserved for a strong one for a while. A rejected result frees its
place. Jobs live in memory only: after a restart users must ask again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from neurons.messages import TaskStatus
from serving.schemas import clean_prompt, new_job_id

FINISHED_KEPT = 64
"""Finished jobs kept for their users to fetch: at most 1 GiB of results at 16 MiB each."""
FINISHED_KEPT_S = 3600.0
MAX_OPEN = 64


@dataclass(frozen=True, slots=True)
class JobRules:
    """How organic work is shared out, by the flags --public_api.*; times in seconds."""

    copies: int = 4  # miners that a job is given to
    strong_wait_s: float = 30.0  # the last place is kept so long for a strong miner
    wait_after_first_s: float = 60.0  # for better results after an acceptable one
    timeout_s: float = 600.0  # from the question to failure
    rate_requests: int = 10  # of one hotkey …
    rate_period_s: float = 120.0  # … in so long


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
    """One question of one user. `holders` maps the miners who work on it to when they pulled."""

    id: str
    owner: str
    prompt: str
    asked_at: float
    holders: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    made: list[MinerResult] = field(
        default_factory=list
    )  # rising in time; `results` of all but the first and best are empty
    status: TaskStatus = TaskStatus.IN_QUEUE
    reason: str = ""
    ended_at: float | None = None

    @property
    def best(self) -> MinerResult | None:
        """Return the result with the highest score, the earliest of equals."""
        return max(self.made, key=lambda made: made.score, default=None)


class OrganicJobs:
    """All organic jobs of one validator. `allowed(hotkey)` checks who may ask."""

    def __init__(self, rules: JobRules, now: Callable[[], float], allowed: Callable[[str], bool]) -> None:
        self._rules, self._now, self._allowed = rules, now, allowed
        self._open: dict[str, OrganicJob] = {}
        self._ended: dict[str, OrganicJob] = {}
        self._asked: dict[str, deque[float]] = {}

    def ask(self, owner: str, prompt: str) -> OrganicJob | str:
        """Queue a new job, or return a refusal code: not_allowed, invalid_prompt, rate_limited, queue_full."""
        if not self._allowed(owner):
            return "not_allowed"
        try:
            cleaned = clean_prompt(prompt)
        except ValueError:
            return "invalid_prompt"
        self._settle()
        if len(self._open) >= MAX_OPEN:
            return "queue_full"
        times = self._asked.setdefault(owner, deque())
        if len(times) >= self._rules.rate_requests:
            return "rate_limited"
        times.append(self._now())
        job = OrganicJob(new_job_id(), owner, cleaned, self._now())
        self._open[job.id] = job
        return job

    def find(self, owner: str, job_id: str) -> OrganicJob | None:
        """Return the current job if it belongs to this user."""
        self._settle()
        job = self._open.get(job_id) or self._ended.get(job_id)
        return job if job is not None and job.owner == owner else None

    def status_of(self, owner: str, job_id: str) -> tuple[TaskStatus, str | None]:
        """Return the state of a user's job, and its best result (base64) once it is done."""
        job = self.find(owner, job_id)
        if job is None:
            return TaskStatus.NOT_FOUND, None
        return job.status, job.best.results if job.best and job.status is TaskStatus.DONE else None

    def offer(self, hotkey: str, strong: bool) -> OrganicJob | None:
        """Return the oldest job with a free place for this miner. `take` claims the place."""
        self._settle()
        return next((job for job in self._open.values() if self._has_place(job, hotkey, strong)), None)

    def take(self, job: OrganicJob, hotkey: str) -> None:
        """Record that the miner has pulled the job."""
        job.holders[hotkey] = self._now()
        job.status = TaskStatus.IN_PROGRESS

    def answer(self, job_id: str, hotkey: str, score: float | None, results: str) -> None:
        """Record a miner's result; `score` is None if it was rejected or declined. Ignored once the job has ended."""
        self._settle()
        job = self._open.get(job_id)
        if job is None or hotkey not in job.holders:
            return
        assigned_at = job.holders.pop(hotkey)
        if score is None:
            job.failed.add(hotkey)
        else:
            _add(job, MinerResult(hotkey, score, results, assigned_at, self._now()))
        self._settle()

    def _has_place(self, job: OrganicJob, hotkey: str, strong: bool) -> bool:
        if hotkey in job.holders or hotkey in job.failed or any(made.hotkey == hotkey for made in job.made):
            return False
        taken = len(job.holders) + len(job.made)
        waited = self._now() >= job.asked_at + self._rules.strong_wait_s
        places = self._rules.copies if strong or waited or self._rules.copies == 1 else self._rules.copies - 1
        return taken < places

    def _settle(self) -> None:
        """End jobs that are due and drop old ones; called before each access."""
        now = self._now()
        for job in list(self._open.values()):
            first = job.made[0].submitted_at if job.made else None
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
    """The hotkeys of a file, one a line, `#` begins a comment. Read again whenever the file changes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._hotkeys: frozenset[str] = frozenset()

    def __contains__(self, hotkey: str) -> bool:
        if self._path is None:
            return False
        try:
            found = self._path.stat()
            if (stamp := (found.st_mtime_ns, found.st_size)) != self._stamp:
                lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
                self._hotkeys = frozenset(line.partition("#")[0].strip() for line in lines) - {""}
                self._stamp = stamp
        except OSError:
            return False  # an unreadable list allows nobody
        return hotkey in self._hotkeys


def _add(job: OrganicJob, made: MinerResult) -> None:
    """Add a result, keeping only the assets of the first and the best one."""
    job.made.append(made)
    best = job.best
    job.made[1:] = [
        one if one is best else MinerResult(one.hotkey, one.score, "", one.assigned_at, one.submitted_at)
        for one in job.made[1:]
    ]
