"""Files of finished jobs, kept for a while in a private folder that is removed with the process.

Bounded in jobs, bytes and age. File names are running numbers and never contain an id, a prompt or a client's path.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from generation.work.folders import claimed_folder

UNLINK_AFTER_S = 5.0
"""A dropped file stays on disk this long, because a response may be about to open it."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One finished file on disk."""

    path: Path
    size: int


@dataclass(frozen=True)
class ResultLimits:
    """Bounds of a store: the newest `jobs`, at most `size` bytes in all, none older than `age_s`."""

    jobs: int
    size: int
    age_s: float


@dataclass
class _Kept:
    since: float
    files: dict[str, StoredFile] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


class ResultStore:
    """A context manager around the folder. `write` may be called on any thread, everything else on the event loop."""

    def __init__(self, limits: ResultLimits, parent: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._parent = parent
        self._numbers = itertools.count()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._dropped: deque[tuple[float, Path]] = deque()
        self.size = 0

    def __enter__(self) -> ResultStore:
        self._folder, self._lock = claimed_folder(self._parent, "three-gen-results-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()

    def write(self, data: bytes) -> StoredFile:
        """Write bytes to disk; `find` returns them only after `keep`."""
        path = self._folder / f"{next(self._numbers):08d}"
        path.write_bytes(data)
        return StoredFile(path, len(data))

    def keep(self, job_id: str, files: Mapping[str, StoredFile]) -> None:
        """Add files to a job's results, then drop what exceeds the limits."""
        kept = self._kept.setdefault(job_id, _Kept(self._now()))
        for name, file in files.items():
            kept.files[name] = file
            self.size += file.size
        self.sweep()

    def discard(self, files: Mapping[str, StoredFile]) -> None:
        """Delete files that are no longer wanted."""
        self._dropped.extend((self._now(), file.path) for file in files.values())

    def find(self, job_id: str, name: str) -> StoredFile | None:
        """Return a kept file, or None."""
        kept = self._kept.get(job_id)
        return kept.files.get(name) if kept else None

    def has(self, job_id: str) -> bool:
        """Check whether the job's results are still kept."""
        return job_id in self._kept

    def drop(self, job_id: str) -> None:
        """Drop a job's files."""
        kept = self._kept.pop(job_id, None)
        if kept is not None:
            self.size -= kept.size
            self.discard(kept.files)

    def sweep(self) -> None:
        """Drop what is too old or exceeds the limits, oldest first. Call it regularly."""
        now = self._now()
        while self._kept:
            oldest_id, oldest = next(iter(self._kept.items()))
            too_much = len(self._kept) > self._limits.jobs or self.size > self._limits.size
            if not too_much and now - oldest.since <= self._limits.age_s:
                break
            self.drop(oldest_id)
        while self._dropped and now - self._dropped[0][0] > UNLINK_AFTER_S:
            self._dropped.popleft()[1].unlink(missing_ok=True)
