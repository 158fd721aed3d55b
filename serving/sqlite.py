"""Opens SQLite files for data that must survive a kill and a power cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_database(path: Path, schema: str = "", *, busy_s: float = 30.0, exclusive: bool = False) -> sqlite3.Connection:
    """Return a connection in autocommit mode with a write-ahead log that is synced on each commit.

    Creates the file if necessary and runs `schema`. Writers wait up to `busy_s` for each other; `exclusive` keeps all
    other processes out. May be used by one thread at a time. Raises sqlite3.Error.
    """
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=busy_s)
    try:
        if exclusive:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(schema)
    except sqlite3.Error:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit all statements of the block, or none if it raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # some errors roll back by themselves
            db.execute("ROLLBACK")
        raise
