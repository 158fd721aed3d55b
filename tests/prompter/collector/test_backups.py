"""Backups of the collector's file: usable, bounded in number, due regardless of restarts."""

from __future__ import annotations

import os
from pathlib import Path

from prompter.collector.backups import back_up, backups, due_in_s
from prompter.collector.store import PromptStore


def test_a_backup_is_a_complete_store_and_old_ones_are_deleted(db: Path) -> None:
    store = PromptStore(db)
    store.submit("key", None, [f"car number {i}" for i in range(5)])
    made = [back_up(db, now=float(i)) for i in range(4)]
    store.close()
    assert backups(db) == made[-2:]
    copy = PromptStore(made[-1])
    assert copy.count == 5
    copy.close()


def test_a_restart_does_not_postpone_the_next_backup(db: Path) -> None:
    PromptStore(db).close()
    assert due_in_s(db, 100.0, now=1e9) == 100.0
    made = back_up(db, now=1e9)
    os.utime(made, (1e9, 1e9))
    assert due_in_s(db, 100.0, now=1e9 + 30) == 70.0
    assert due_in_s(db, 100.0, now=1e9 + 300) == 0.0
