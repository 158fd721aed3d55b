"""Files that are derived from a finished job on the first request: image, video, splats with y down or in SPZ 2.

Each is encoded once from the job's PLY, one at a time, while the generator runs, and kept with the job's results.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from generation.backends.contract import ImagePreview, Preview
from generation.schemas import Axes
from generation.work.jobs import Encoder, encoder_name
from generation.work.results import ResultStore, StoredFile
from serving.errors import ServiceError, busy
from serving.executor import SingleThreadExecutor
from serving.schemas import SpzVersion
from splats.codecs import decode
from splats.turn import half_turn_x

WAITING_MAX = 16
"""Files that may be waiting or being encoded; a turntable takes some seconds, so the last one waits about a minute."""

PREVIEW_PX = 256
"""Size of a preview rendered from splats: what the studio shows; takes a few milliseconds."""

_HAVE_AXES = frozenset({"ply", "spz"})
"""Formats that `axes` applies to; a rendered image is the same either way."""


class Downloads:
    """Derived files of kept results. Used on the event loop."""

    def __init__(self, encoders: Mapping[str, Encoder], store: ResultStore) -> None:
        self._encoders = encoders
        self._store = store
        self._executor = SingleThreadExecutor("downloads")
        self._previews = 0
        self._encoding: dict[tuple[str, str], asyncio.Task[StoredFile]] = {}

    async def file(self, job_id: str, name: str, axes: Axes = "y_up", spz_version: SpzVersion = 3) -> StoredFile | None:
        """Return the file, encoding it if necessary; None if the job's results are no longer kept.

        Raises ServiceError (503) when too many are waiting. A client that disconnects does not stop the work: the file
        is kept for the next request.
        """
        source = self._store.find(job_id, "ply")
        y_down = axes == "y_down" and name in _HAVE_AXES
        encoder = encoder_name(name, spz_version)
        key = f"{encoder}.y_down" if y_down else encoder
        ready = self._store.find(job_id, key)
        if ready is not None or source is None:
            return ready
        task = self._encoding.get((job_id, key))
        if task is None:
            if len(self._encoding) >= WAITING_MAX:
                raise busy("downloads_busy", "too many files are being made; try again shortly", 5)
            encode = self._encode_and_keep(job_id, key, lambda: self._encode(source, encoder, y_down=y_down))
            task = self._encoding[job_id, key] = asyncio.create_task(encode)
        return await asyncio.shield(task)

    async def preview(self, preview: Preview) -> bytes:
        """Return a preview as PNG; splats are rendered at PREVIEW_PX.

        Raises ServiceError: 503 when too many are waiting, 404 when nothing is visible yet.
        """
        if self._previews >= WAITING_MAX:
            raise busy("downloads_busy", "too many files are being made; try again shortly", 5)
        self._previews += 1
        try:
            return await self._executor.run(lambda: self._render_preview(preview))
        except ValueError as error:  # from `normalise`: every splat is transparent just now
            raise ServiceError(404, "no_preview", "nothing of the object is visible yet") from error
        finally:
            self._previews -= 1

    def close(self) -> None:
        """Abandon unfinished files."""
        for task in self._encoding.values():
            task.cancel()
        self._executor.close()

    async def _encode_and_keep(self, job_id: str, key: str, encode: Callable[[], StoredFile]) -> StoredFile:
        try:
            file = await self._executor.run(encode)
        finally:
            del self._encoding[job_id, key]
        if self._store.has(job_id):
            self._store.keep(job_id, {key: file})
        else:
            self._store.discard({key: file})
        return file

    def _render_preview(self, preview: Preview) -> bytes:
        """Run on the executor's thread."""
        if isinstance(preview, ImagePreview):
            return preview.png
        return self._encoders["png"](preview.to("cpu"), PREVIEW_PX, lambda _fraction: None)

    def _encode(self, source: StoredFile, encoder: str, *, y_down: bool) -> StoredFile:
        """Run on the executor's thread."""
        splats = decode(source.path.read_bytes())
        if y_down:
            splats = half_turn_x(splats)
        return self._store.write(self._encoders[encoder](splats, 0, lambda _fraction: None))
