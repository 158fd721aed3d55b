"""Copies of the collector's file beside it: made while it is in use, the newest few kept."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

KEPT = 2
_PAGES = 2048
_PAUSE_S = 0.01
"""Between two steps of 8 MiB, so that a backup does not take the disk from submissions."""


def back_up(source: Path, now: float) -> Path:
    """Writes `<name>.<UTC time>.backup` whole or not at all, and removes all but the newest KEPT. Blocking.

    Restoring is copying a backup to the place of the file while the collector is stopped.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    target = source.with_name(f"{source.name}.{stamp}.backup")
    partial = source.with_name(f"{source.name}.partial")
    partial.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(source)) as db, contextlib.closing(sqlite3.connect(partial)) as copy:
        db.execute("BEGIN")  # one state throughout: writers go on in the log without starting the copy over
        db.execute("SELECT 1 FROM keys LIMIT 1").fetchone()
        db.backup(copy, pages=_PAGES, sleep=_PAUSE_S)
    partial.replace(target)
    for old in backups(source)[:-KEPT]:
        old.unlink()
    return target


def backups(source: Path) -> list[Path]:
    """The backups there are, oldest first."""
    return sorted(source.parent.glob(f"{source.name}.*.backup"))
