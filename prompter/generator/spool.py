"""Prompts on their way to the collector, in a small SQLite file: they leave it when the collector has them.

A parcel keeps its token until it is delivered, also over a restart, so that sending it twice adds nothing twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serving.sqlite import open_database, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS prompts(id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS parcel(token TEXT NOT NULL, last INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A submission to be: its Idempotency-Key and its prompts."""

    token: str
    prompts: tuple[str, ...]


class Spool:
    """At most `capacity` prompts. One process each: a second one on the same file is refused (sqlite3.Error).

    Used by one thread at a time. What the disk refuses is an sqlite3.OperationalError, and nothing has changed then.
    """

    def __init__(self, path: Path, capacity: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._capacity = capacity
        self._db = open_database(path, _SCHEMA, busy_s=1.0, exclusive=True)
        self.count = int(self._db.execute("SELECT count(*) FROM prompts").fetchone()[0])

    @property
    def room(self) -> int:
        """How many more prompts fit."""
        return self._capacity - self.count

    def add(self, prompts: Sequence[str]) -> None:
        """Keeps prompts; the caller has seen that there is room."""
        with transaction(self._db):
            self._db.executemany("INSERT INTO prompts(text) VALUES(?)", ((prompt,) for prompt in prompts))
        self.count += len(prompts)

    def parcel(self, size: int) -> Parcel | None:
        """The oldest prompts, at most `size`; the same parcel again until it is delivered. None if there are none."""
        row = self._db.execute("SELECT token, last FROM parcel").fetchone()
        if row is None:
            query = "SELECT max(id) FROM (SELECT id FROM prompts ORDER BY id LIMIT ?)"
            last = self._db.execute(query, (size,)).fetchone()[0]
            if last is None:
                return None
            row = (secrets.token_urlsafe(16), last)
            self._db.execute("INSERT INTO parcel VALUES(?, ?)", row)
        texts = self._db.execute("SELECT text FROM prompts WHERE id <= ? ORDER BY id", (row[1],)).fetchall()
        return Parcel(row[0], tuple(text for (text,) in texts))

    def delivered(self, parcel: Parcel) -> None:
        """Forgets a parcel and its prompts."""
        with transaction(self._db):
            query = "DELETE FROM prompts WHERE id <= (SELECT last FROM parcel WHERE token = ?)"
            gone = self._db.execute(query, (parcel.token,)).rowcount
            self._db.execute("DELETE FROM parcel WHERE token = ?", (parcel.token,))
        self.count -= gone

    def close(self) -> None:
        """Ends the connection."""
        self._db.close()
