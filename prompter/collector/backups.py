"""Backs up the collector's file to the same folder while it is in use, and keeps the newest few copies."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from pathlib import Path

KEPT = 2
_PAGES = 2048
_PAUSE_S = 0.01
"""Pause after each step of 8 MiB, so that a backup does not slow submissions down."""


def back_up(source: Path, now: float) -> Path:
    """Write `<name>.<UTC time>.backup` atomically, delete all but the newest KEPT, and return its path. Blocks.

    To restore, copy a backup over the file while the collector is stopped. Raises sqlite3.Error, or OSError; that also
    if the disk has less than twice the file's size free, so that a backup cannot fill it up.
    """
    size, free = source.stat().st_size, shutil.disk_usage(source.parent).free
    if free < 2 * size:
        raise OSError(
            f"no backup: {2 * size >> 20} MiB of free disk space are required and only {free >> 20} MiB are left"
        )
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    target = source.with_name(f"{source.name}.{stamp}.backup")
    partial = source.with_name(f"{source.name}.partial")
    partial.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(source)) as db, contextlib.closing(sqlite3.connect(partial)) as copy:
        db.execute("BEGIN")  # a read transaction: commits of others do not restart the copy
        db.execute("SELECT 1 FROM keys LIMIT 1").fetchone()
        db.backup(copy, pages=_PAGES, sleep=_PAUSE_S)
    partial.replace(target)
    for old in backups(source)[:-KEPT]:
        old.unlink()
    return target


def backups(source: Path) -> list[Path]:
    """Return the existing backups, oldest first."""
    return sorted(source.parent.glob(f"{source.name}.*.backup"))


def due_in_s(source: Path, interval_s: float, now: float) -> float:
    """Return the seconds until the next backup, counted from the newest one, so that restarts do not postpone it."""
    existing = backups(source)
    return max(0.0, existing[-1].stat().st_mtime + interval_s - now) if existing else interval_s
