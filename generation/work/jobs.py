"""A generation job: its request, its outputs, its progress, its result. Plain data; no queue, files or HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from generation.backends.contract import Preview
from serving.schemas import FINISHED, JobError, JobStatus, SpzVersion, new_job_id
from splats.model import Splats

Encoder = Callable[[Splats, int, Callable[[float], None]], bytes]
"""(splats, size in pixels or 0 for the default, a callback for the completed fraction) → the file's bytes."""

File = TypeVar("File")
"""Type of a file in a job's result: its bytes, or where it is on disk."""


def encoder_name(result: str, spz_version: SpzVersion) -> str:
    """Return the name of the encoder of the format `result`; only SPZ has versions."""
    return "spz2" if result == "spz" and spz_version == 2 else result


@dataclass(frozen=True)
class Output:
    """One file that a job produces.

    format   ply, spz, mp4 or png
    size_px  width and height, for the formats that have them; 0 for the default
    y_down   turn the splats by 180° about x first, for viewers that expect INRIA's axes
    encoder  the name of the encoder; by default that of the format
    """

    format: str
    size_px: int = 0
    y_down: bool = False
    encoder: str = ""


@dataclass(frozen=True)
class Recipe(Generic[File]):
    """The files that a job produces, and where they go.

    outputs  the files, in the order in which they are encoded
    store    called with each file's bytes on the worker's thread; its return value goes into the result
    keep     called with the job's id and files on the event loop once the job is done
    discard  called with the files on the event loop if the job had already ended when they were ready
    """

    outputs: tuple[Output, ...]
    store: Callable[[bytes], File]
    keep: Callable[[str, Mapping[str, File]], None]
    discard: Callable[[Mapping[str, File]], None]


def in_memory(*outputs: Output) -> Recipe[bytes]:
    """Return the recipe of files that stay in memory, in the job's result."""
    return Recipe(outputs, store=lambda data: data, keep=lambda _id, _files: None, discard=lambda _files: None)


@dataclass(frozen=True)
class JobResult(Generic[File]):
    """The outcome of a finished job; `files` by format."""

    understood: str | None
    splat_count: int
    files: dict[str, File]


@dataclass(eq=False)
class GenerationJob(Generic[File]):
    """One job. Used on the event loop, except for `cancelled`, which the worker's thread reads.

    result         set once the job is done
    preview        the latest preview of the unfinished object while the job runs
    preview_count  previews so far
    revision       rises with every change
    changed        set at the next change, and then replaced
    ended          set once nothing changes any more
    cancelled      set when the worker should stop
    """

    prompt: str
    seed: int
    recipe: Recipe[File]
    id: str = field(default_factory=new_job_id)
    status: JobStatus = "queued"
    progress: float = 0.0
    stage: str = "queued"
    stage_since: float = 0.0
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    finished_at: datetime | None = None
    error: JobError | None = None
    result: JobResult[File] | None = None
    preview: Preview | None = None
    preview_count: int = 0
    revision: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def finished(self) -> bool:
        """Check whether the job is done, failed or cancelled."""
        return self.status in FINISHED

    def touch(self) -> None:
        """Count a change and wake everyone who waits for one."""
        self.revision += 1
        self.changed.set()
        self.changed = asyncio.Event()
