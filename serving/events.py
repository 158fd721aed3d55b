"""Streams a job as server-sent events: `event: progress|done|failed|cancelled`, `data:` the job, an increasing `id:`.

The framework writes the wire format and a comment every 15 s; a handler declares
`response_class=EventSourceResponse` and yields what `job_events` yields.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from serving.schemas import FINISHED, Job


async def job_events(snapshots: AsyncIterator[tuple[int, Job]]) -> AsyncIterator[ServerSentEvent]:
    """Yield one event per snapshot (revision, job); the last one has the final status as its name."""
    async for revision, job in snapshots:
        finished = job.status in FINISHED
        event = job.status if finished else "progress"
        yield ServerSentEvent(event=event, id=str(revision), raw_data=job.model_dump_json())
        if finished:
            return
