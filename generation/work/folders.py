"""A private temporary folder for each process; folders that killed processes left behind are removed."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from pathlib import Path
from typing import IO

_LOCK_NAME = "lock"


def claimed_folder(parent: Path, prefix: str) -> tuple[Path, IO[bytes]]:
    """Make a private folder under `parent`; return it with its open lock file, which marks it as in use.

    Folders of the same prefix whose lock is free are removed first: the kernel releases a lock when its process dies,
    however it dies.
    """
    for lock_path in parent.glob(f"{prefix}*/{_LOCK_NAME}"):
        _remove_if_abandoned(lock_path)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    unnamed = folder / "lock.new"
    lock = unnamed.open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    unnamed.rename(folder / _LOCK_NAME)  # renamed only once the lock is held, so that no other process sees it unlocked
    return folder, lock


def _remove_if_abandoned(lock_path: Path) -> None:
    try:
        with lock_path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock_path.parent, ignore_errors=True)
    except OSError:  # locked, already removed, or another user's
        return
