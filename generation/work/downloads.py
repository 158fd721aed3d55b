"""Files made from a finished job when somebody first asks: pictures, videos, splats with y down.

Made one at a time beside the generator, from the job's own PLY, once however many ask, and kept with its results.
"""

from __future__ import annotations

import asyncio
from functools import partial

from generation.backends.contract import Preview
from generation.engine import Engine
from generation.schemas import Axes
from generation.work.results import ResultStore, StoredFile
from serving.errors import ServiceError, busy
from serving.lane import Lane
from splats.model import Splats

WAITING_MAX = 16
"""Files being made or waiting to be made; a turntable takes some seconds, so the last waits about a minute."""

PREVIEW_PX = 256
"""Side of a preview drawn of splats: as large as the studio shows it, and a few milliseconds' work."""

_TURNED = frozenset({"ply", "spz"})
"""Formats with axes of their own; a picture looks the same whichever way its file would be read."""


class Downloads:
    """Derived files of kept results. Used on the event loop."""

    def __init__(self, engine: Engine, store: ResultStore) -> None:
        self._engine = engine
        self._store = store
        self._lane = Lane("downloads")
        self._previews = 0
        self._making: dict[tuple[str, str], asyncio.Task[StoredFile]] = {}

    async def file(self, job_id: str, name: str, axes: Axes) -> StoredFile | None:
        """The file, made now if need be; None if the job's results are not kept any more.

        Raises ServiceError (503) when too many are waiting. A client that hangs up does not stop the work: the file
        is kept for the next one who asks.
        """
        source = self._store.find(job_id, "ply")
        turned = axes == "y_down" and name in _TURNED
        key = f"{name}.y_down" if turned else name
        ready = self._store.find(job_id, key)
        if ready is not None or source is None:
            return ready
        task = self._making.get((job_id, key))
        if task is None:
            if len(self._making) >= WAITING_MAX:
                raise busy("downloads_busy", "too many files are being made; try again shortly", 5)
            task = asyncio.create_task(self._make(job_id, key, partial(self._write, source, name, turned)))
            self._making[job_id, key] = task
        return await asyncio.shield(task)

    async def preview(self, preview: Preview) -> bytes:
        """The PNG of a look at an unfinished object, small if it is drawn here.

        Raises ServiceError: 503 when many wait, 404 with nothing to see.
        """
        if isinstance(preview, bytes):
            return preview
        if self._previews >= WAITING_MAX:
            raise busy("downloads_busy", "too many files are being made; try again shortly", 5)
        self._previews += 1
        try:
            return await self._lane.run(lambda: self._draw(preview))
        except ValueError as error:  # `normalise`: all of it is transparent just now
            raise ServiceError(404, "no_preview", "nothing of the object can be seen yet") from error
        finally:
            self._previews -= 1

    def close(self) -> None:
        """Give up what is not made yet."""
        for task in self._making.values():
            task.cancel()
        self._lane.close()

    async def _make(self, job_id: str, key: str, write: partial[StoredFile]) -> StoredFile:
        try:
            made = await self._lane.run(write)
        finally:
            del self._making[job_id, key]
        if self._store.has(job_id):
            self._store.keep(job_id, {key: made})
        else:
            self._store.discard({key: made})
        return made

    def _draw(self, splats: Splats) -> bytes:
        """On the lane's thread."""
        return self._engine.encoders["png"](splats.to("cpu"), PREVIEW_PX, lambda _share: None)

    def _write(self, source: StoredFile, name: str, turned: bool) -> StoredFile:
        """On the lane's thread."""
        splats = self._engine.decode(source.path.read_bytes())
        if turned:
            splats = self._engine.half_turn(splats)
        return self._store.write(self._engine.encoders[name](splats, 0, lambda _share: None))
