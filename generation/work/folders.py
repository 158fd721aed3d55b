"""A private temporary folder per process, and the removal of those that killed processes left behind."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from pathlib import Path
from typing import IO

_LOCK_NAME = "lock"


def claimed_folder(parent: Path, prefix: str) -> tuple[Path, IO[bytes]]:
    """A new folder under `parent`, readable by us alone, and the open lock file that says it is in use.

    Folders of the same prefix whose lock nobody holds any more are removed first; the kernel lets go of a lock when
    its process dies, however it dies.
    """
    for left in parent.glob(f"{prefix}*/{_LOCK_NAME}"):
        _remove_if_abandoned(left)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    unnamed = folder / "lock.new"
    lock = unnamed.open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    unnamed.rename(folder / _LOCK_NAME)  # it gets the name others look for only once it is held
    return folder, lock


def _remove_if_abandoned(lock_path: Path) -> None:
    try:
        with lock_path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock_path.parent, ignore_errors=True)
    except OSError:  # held, gone in the meantime, or another user's
        return
