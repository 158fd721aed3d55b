"""Streams a job as server-sent events: `event: progress|done|failed|cancelled`, `data:` the job, an increasing `id:`.

The framework writes the wire format and a comment every 15 s; a handler declares
`response_class=EventSourceResponse` and yields what `job_events` yields.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent
from starlette.exceptions import HTTPException

from serving.schemas import FINISHED, Job


def end_if_seen(last_event_id: str | None, last_revision: int) -> None:
    """Raise HTTPException (204), upon which an EventSource stops reconnecting, if the client has seen the last event.

    Call it for a job that has ended. An id beyond the last means that everything was seen; a text that is not a number
    means that nothing was.
    """
    text = (last_event_id or "").strip()
    if text.isascii() and text.isdigit() and int(text[:20]) >= last_revision:
        raise HTTPException(204)


async def job_events(snapshots: AsyncIterator[tuple[int, Job]]) -> AsyncIterator[ServerSentEvent]:
    """Yield one event per snapshot (revision, job); the last one has the final status as its name."""
    async for revision, job in snapshots:
        finished = job.status in FINISHED
        event = job.status if finished else "progress"
        yield ServerSentEvent(event=event, id=str(revision), raw_data=job.model_dump_json())
        if finished:
            return
