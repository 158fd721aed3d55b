"""Archives accepted assets in a folder or at any fsspec URL, named by date and digest, up to a total size.

Whole days are deleted, oldest first, to make room. Assets are written in a separate thread and never delay a reply: if
storage is slow or unavailable, they are dropped and counted.
"""

from __future__ import annotations

import logging
import posixpath
import re
from collections.abc import Callable
from datetime import UTC, datetime
from threading import BoundedSemaphore

import fsspec

from serving.changes import ChangeLog
from serving.executor import SingleThreadExecutor

logger = logging.getLogger(__name__)

MAX_WAITING = 16
"""Assets queued for writing: at most 256 MiB."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class AssetArchive:
    """Keeps at most `max_bytes` of assets under `url`. Raises ValueError or ImportError for an unusable URL."""

    def __init__(self, url: str, max_bytes: int, now: Callable[[], float]) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)
        self._max, self._now = max_bytes, now
        self._sizes: dict[str, int] | None = None  # bytes by day; None until counted
        self._waiting = BoundedSemaphore(MAX_WAITING)
        self._thread = SingleThreadExecutor("archive")
        self._log = ChangeLog(logger, "accepted assets are archived again")
        self.dropped = 0

    def keep(self, digest: str, asset: bytes) -> None:
        """Queue an asset for writing, without waiting. Raises ValueError unless the digest is 64 hexadecimal digits."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("a digest has 64 hexadecimal digits")
        if not self._waiting.acquire(blocking=False):
            self._drop("storage is too slow")
            return
        self._thread.submit(lambda: self._write(digest, asset))

    def close(self) -> None:
        """Write the queued assets, then stop the thread."""
        self._thread.close(wait=True)

    def _write(self, digest: str, asset: bytes) -> None:
        try:
            if self._store(digest, asset):
                self._log.note()
        except Exception as error:  # fsspec raises whatever its back end raises; this is the thread's outermost call
            self._sizes = None  # unknown after a failed write: count again
            self._drop(f"{type(error).__name__}: {error}")
        finally:
            self._waiting.release()

    def _store(self, digest: str, asset: bytes) -> bool:
        """Store an asset; return False if it was dropped because there is no space for it."""
        day = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%d")
        sizes = self._sizes = self._count() if self._sizes is None else self._sizes
        while sum(sizes.values()) + len(asset) > self._max:
            oldest = min(sizes, default=day)
            if oldest >= day:
                self._drop("today's assets use all the space")
                return False
            self._files.rm(posixpath.join(self._root, oldest), recursive=True)
            del sizes[oldest]
        folder = posixpath.join(self._root, day)
        self._files.makedirs(folder, exist_ok=True)
        kind = "ply" if asset.startswith(b"ply") else "spz"
        with self._files.transaction, self._files.open(f"{folder}/{digest}.{kind}", "wb") as file:
            file.write(asset)  # the transaction gives the file its name once it is complete
        sizes[day] = sizes.get(day, 0) + len(asset)
        return True

    def _count(self) -> dict[str, int]:
        """Return the bytes stored by day. Folders not named like a day belong to somebody else."""
        sizes: dict[str, int] = {}
        if self._files.exists(self._root):
            for path, about in self._files.find(self._root, detail=True).items():
                day = posixpath.basename(posixpath.dirname(path))
                if _DAY.fullmatch(day):
                    sizes[day] = sizes.get(day, 0) + int(about["size"])
        return sizes

    def _drop(self, reason: str) -> None:
        self.dropped += 1
        self._log.note(f"accepted assets are not archived: {reason}")
