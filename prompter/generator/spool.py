"""Stores prompts on their way to the collector in a small SQLite file, until the collector has confirmed them.

A pending submission keeps its token until it is delivered, even across restarts, so that sending it twice adds no
prompt twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serving.sqlite import open_database, transaction

DISK_RETRY_S = 30.0
"""Wait before a spool that could not be written is tried again."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS prompts(id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS parcel(token TEXT NOT NULL, last INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class PendingSubmission:
    """A submission that the collector has not confirmed: its Idempotency-Key and its prompts."""

    token: str
    prompts: tuple[str, ...]


class Spool:
    """A queue of up to `capacity` prompts in a file that only one process can open.

    May be used by one thread at a time. Methods raise sqlite3.OperationalError if the disk fails; nothing has changed
    then.
    """

    def __init__(self, path: Path, capacity: int) -> None:
        """Open or create the file. Raises OSError, or sqlite3.Error; that also if another process has opened it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._capacity = capacity
        self._db = open_database(path, _SCHEMA, busy_s=1.0, exclusive=True)
        self.count = int(self._db.execute("SELECT count(*) FROM prompts").fetchone()[0])

    @property
    def room(self) -> int:
        """Number of prompts that can be added."""
        return self._capacity - self.count

    def add(self, prompts: Sequence[str]) -> None:
        """Append prompts; the caller has checked that there is room."""
        with transaction(self._db):
            self._db.executemany("INSERT INTO prompts(text) VALUES(?)", ((prompt,) for prompt in prompts))
        self.count += len(prompts)

    def next_submission(self, size: int) -> PendingSubmission | None:
        """Return the pending submission, or else make one of up to `size` of the oldest prompts; None if empty."""
        row = self._db.execute("SELECT token, last FROM parcel").fetchone()
        if row is None:
            query = "SELECT max(id) FROM (SELECT id FROM prompts ORDER BY id LIMIT ?)"
            last = self._db.execute(query, (size,)).fetchone()[0]
            if last is None:
                return None
            row = (secrets.token_urlsafe(16), last)
            self._db.execute("INSERT INTO parcel VALUES(?, ?)", row)
        texts = self._db.execute("SELECT text FROM prompts WHERE id <= ? ORDER BY id", (row[1],)).fetchall()
        return PendingSubmission(row[0], tuple(text for (text,) in texts))

    def remove(self, submission: PendingSubmission) -> None:
        """Delete a submission and its prompts."""
        with transaction(self._db):
            query = "DELETE FROM prompts WHERE id <= (SELECT last FROM parcel WHERE token = ?)"
            removed = self._db.execute(query, (submission.token,)).rowcount
            self._db.execute("DELETE FROM parcel WHERE token = ?", (submission.token,))
        self.count -= removed

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
