"""The demo's client, against a service that answers as told."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from mocks import local_network
from mocks.local_network import DemoFailed

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

    return httpx.Client(base_url="http://demo", transport=httpx.MockTransport(answer))


def test_a_job_becomes_four_files_named_by_its_prompt(tmp_path: Path) -> None:
    paths = local_network.generate(client(JOB, DONE), "Knight's  Helmet!", tmp_path)
    assert [path.name for path in paths] == [f"knights-helmet.{kind}" for kind in ("mp4", "png", "spz", "ply")]
    assert paths[0].read_bytes() == b"bytes of mp4"


def test_what_was_understood_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    local_network.generate(client(JOB, DONE), "pink bicycle", tmp_path)
    assert "bicycle: pink (seed 7)" in capsys.readouterr().out


def test_a_refused_prompt_fails_in_the_services_words(tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match="the prompt is empty"):
        local_network.generate(client(status=422), "", tmp_path)


def test_a_failed_job_fails_with_its_code(tmp_path: Path) -> None:
    failed = {**JOB, "status": "failed", "error": {"code": "timeout", "detail": "took too long"}}
    with pytest.raises(DemoFailed, match=r"took too long \(timeout\)"):
        local_network.generate(client(JOB, failed), "pink bicycle", tmp_path)


def test_a_stream_that_breaks_off_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match="the job is queued"):
        local_network.generate(client(JOB), "pink bicycle", tmp_path)


def test_a_service_that_cannot_start_ends_the_demo_with_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["demo", "--out", str(tmp_path), "--config", "no/such.yaml"])
    assert local_network.main() == 1
    assert "no/such.yaml" in capsys.readouterr().err


@pytest.mark.slow
def test_the_whole_demo(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    local_network.run("golden crown with red gems", tmp_path, "generation/configs/procedural.yaml")
    assert "turntable" in capsys.readouterr().out
