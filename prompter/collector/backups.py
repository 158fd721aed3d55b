"""Copies of the collector's file beside it: made while it is in use, the newest few kept."""

from __future__ import annotations

import contextlib
import shutil
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
    Raises OSError or sqlite3.Error; a backup that would take the disk from submissions is not begun.
    """
    size, free = source.stat().st_size, shutil.disk_usage(source.parent).free
    if free < 2 * size:
        raise OSError(f"no backup: it takes {size >> 20} MiB and only {free >> 20} MiB are free")
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


def due_in_s(source: Path, interval_s: float, now: float) -> float:
    """Seconds until the next backup, by the age of the newest: restarts put none off."""
    made = backups(source)
    return max(0.0, made[-1].stat().st_mtime + interval_s - now) if made else interval_s
