"""The client of the generation service, against a fake service with scripted answers."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from mocks import jobs
from mocks.jobs import JobFailedError

JOB = {"id": "a" * 22, "prompt": "pink bicycle", "status": "queued", "progress": 0, "stage": "", "seed": 7}
DONE = {**JOB, "status": "done", "progress": 1, "understood": "bicycle: pink", "error": None}


def client(*events: dict[str, object], status: int = 202) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/jobs/":
            refusal = {"detail": "the prompt is empty", "code": "invalid_request"}
            return httpx.Response(status, json=JOB if status == 202 else refusal)
        if request.url.path.endswith("/events"):
            text = "".join(
                f"event: progress\nid: {i}\ndata: {json.dumps(e)}\n\n: still\n\n" for i, e in enumerate(events)
            )
            return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})
        return httpx.Response(200, content=f"bytes of {request.url.path.rpartition('.')[2]}".encode())

    return httpx.Client(base_url="http://service", transport=httpx.MockTransport(answer))


def test_a_job_becomes_four_files_named_by_its_prompt(tmp_path: Path) -> None:
    paths = jobs.generate(client(JOB, DONE), "Knight's  Helmet!", tmp_path)
    assert [path.name for path in paths] == [f"knights-helmet.{kind}" for kind in ("mp4", "png", "spz", "ply")]
    assert paths[0].read_bytes() == b"bytes of mp4"


def test_what_was_understood_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs.generate(client(JOB, DONE), "pink bicycle", tmp_path)
    assert "bicycle: pink (seed 7)" in capsys.readouterr().out


def test_a_refused_prompt_fails_in_the_services_words(tmp_path: Path) -> None:
    with pytest.raises(JobFailedError, match="the prompt is empty"):
        jobs.generate(client(status=422), "", tmp_path)


def test_a_failed_job_fails_with_its_code(tmp_path: Path) -> None:
    failed = {**JOB, "status": "failed", "error": {"code": "timeout", "detail": "took too long"}}
    with pytest.raises(JobFailedError, match=r"took too long \(timeout\)"):
        jobs.generate(client(JOB, failed), "pink bicycle", tmp_path)


def test_a_stream_that_breaks_off_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(JobFailedError, match="the job is queued"):
        jobs.generate(client(JOB), "pink bicycle", tmp_path)
