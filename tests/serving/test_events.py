"""Jobs as server-sent events, in the wire format."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from serving.events import end_if_seen, job_events
from serving.schemas import Job, JobStatus, new_job_id


def job(status: JobStatus, progress: float) -> Job:
    return Job(
        id=new_job_id(),
        status=status,
        position=None,
        progress=progress,
        stage="x",
        prompt="line\u2028 and ünïcode",
        seed=1,
        understood=None,
        created_at=datetime.now(UTC),
        finished_at=None,
        error=None,
        results={},
    )


def events_of(*jobs: Job) -> list[dict[str, str]]:
    app = FastAPI()

    async def snapshots() -> AsyncIterator[tuple[int, Job]]:
        for i, one in enumerate(jobs):
            yield i * 10, one

    @app.get("/events", response_class=EventSourceResponse)
    async def follow() -> AsyncIterator[ServerSentEvent]:
        async for event in job_events(snapshots()):
            yield event

    answer = TestClient(app).get("/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = answer.text.strip().split("\n\n")
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


@pytest.mark.parametrize("status", ["done", "failed", "cancelled"])
def test_a_stream_ends_with_the_event_that_finishes_the_job(status: JobStatus) -> None:
    events = events_of(job("queued", 0), job("running", 0.5), job(status, 0.5), job("running", 0.6))
    assert [event["event"] for event in events] == ["progress", "progress", status]
    assert [int(event["id"]) for event in events] == [0, 10, 20]


def test_the_data_is_the_job() -> None:
    sent = job("done", 1)
    (event,) = events_of(sent)
    assert Job.model_validate_json(event["data"]) == sent
    assert json.loads(event["data"])["results"] == {}


@pytest.mark.parametrize("seen", ["7", "8", " 7 ", "99999999999999999999999999", "007"])
def test_a_client_that_has_seen_the_last_event_gets_204(seen: str) -> None:
    with pytest.raises(HTTPException) as ended:
        end_if_seen(seen, last_revision=7)
    assert ended.value.status_code == 204


@pytest.mark.parametrize("seen", [None, "", "6", "0", "-7", "7.0", "x", "٧", "²", "7 7"])
def test_who_has_not_seen_it_gets_it(seen: str | None) -> None:
    end_if_seen(seen, last_revision=7)
