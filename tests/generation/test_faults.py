"""Faults around a running service: clients that leave, full queues, stops, misbehaving generators."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from generation.app import create_app
from generation.backends.contract import Generator
from generation.pipeline import Pipeline
from generation.settings import GenerationConfig, GenerationSettings
from serving.settings import ShellSettings
from tests.eventually import eventually

Live = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def url(make_app: Callable[..., FastAPI], live: Live) -> Iterator[str]:
    """A service on a real socket, with room for two waiting jobs."""
    with live(make_app(queue_limit=2), drain_s=0.2) as address:
        eventually(lambda: httpx.get(f"{address}/ready/").status_code == 200)
        yield address


def hanging_post(url: str, path: str, prompt: str) -> socket.socket:
    """Send a request and leave its answer unread."""
    at = urlsplit(url)
    body = f"prompt={prompt}".encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    connection = socket.create_connection((at.hostname or "", at.port or 0), timeout=20)
    connection.sendall(head.encode() + body)
    return connection


def metric(url: str, line: str) -> float:
    """Return the value of a metric by its name and labels, 0 if it was never counted."""
    for row in httpx.get(f"{url}/metrics").text.splitlines():
        if row.startswith(f"{line} "):
            return float(row.rsplit(" ", 1)[1])
    return 0.0


@pytest.mark.parametrize("path", ["/generate/", "/generate_raw/", "/generate_model/", "/generate_video/"])
def test_a_disconnect_cancels_the_running_job(url: str, pace: Any, path: str) -> None:
    connection = hanging_post(url, path, "slow")
    eventually(lambda: pace.running == 1)
    connection.close()
    eventually(lambda: pace.cancelled == ["slow"])
    eventually(lambda: metric(url, 'generation_jobs_total{status="cancelled"}') == 1)


def test_a_disconnect_cancels_the_queued_job(url: str, pace: Any) -> None:
    first = hanging_post(url, "/generate/", "slow-1")
    eventually(lambda: pace.running == 1)
    second = hanging_post(url, "/generate/", "slow-2")
    eventually(lambda: metric(url, "generation_queue_length") == 1)
    second.close()
    eventually(lambda: metric(url, "generation_queue_length") == 0)
    first.close()
    eventually(lambda: pace.running == 0)
    assert [prompt for prompt, _ in pace.calls] == ["slow-1"]


def test_a_client_that_stops_listening_to_events_does_not_cancel_the_job(url: str, pace: Any) -> None:
    job = httpx.post(f"{url}/jobs/", json={"prompt": "slow"}).json()
    with httpx.stream("GET", f"{url}/jobs/{job['id']}/events") as stream:
        next(stream.iter_lines())
    pace.go.set()
    eventually(lambda: httpx.get(f"{url}/jobs/{job['id']}").json()["status"] == "done")


@pytest.mark.slow
def test_a_silent_stream_is_kept_alive_by_a_comment(url: str, pace: Any) -> None:
    job = httpx.post(f"{url}/jobs/", json={"prompt": "deaf"}).json()
    with httpx.stream("GET", f"{url}/jobs/{job['id']}/events", timeout=20) as stream:
        assert any(line.startswith(":") for line in stream.iter_lines())
    pace.go.set()


def test_a_full_queue_answers_with_retry_after(url: str, pace: Any) -> None:
    httpx.post(f"{url}/jobs/", json={"prompt": "slow"})
    eventually(lambda: pace.running == 1)
    jobs = [httpx.post(f"{url}/jobs/", json={"prompt": "slow"}).json() for _ in range(2)]
    for path, kind in (("/jobs/", "json"), ("/generate/", "data")):
        answer = httpx.post(f"{url}{path}", **{kind: {"prompt": "one too many"}})  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    httpx.delete(f"{url}/jobs/{jobs[0]['id']}")
    assert httpx.post(f"{url}/jobs/", json={"prompt": "slow"}).status_code == 202
    assert metric(url, 'generation_refusals_total{code="queue_full"}') == 2


def test_the_probes_answer_while_a_job_runs(url: str, pace: Any) -> None:
    httpx.post(f"{url}/jobs/", json={"prompt": "slow"})
    eventually(lambda: pace.running == 1)
    assert [httpx.get(f"{url}{path}").status_code for path in ("/health/", "/ready/", "/metrics")] == [200, 200, 200]


def test_ten_at_once_are_all_served(make_app: Callable[..., FastAPI], live: Live) -> None:
    with live(make_app()) as url, ThreadPoolExecutor(10) as pool:
        eventually(lambda: httpx.get(f"{url}/ready/").status_code == 200)

        def ask(seed: int) -> tuple[int, str]:
            answer = httpx.post(f"{url}/generate/", data={"prompt": "a", "seed": str(seed)}, timeout=60)
            return answer.status_code, answer.headers["x-seed"]

        assert list(pool.map(ask, range(10))) == [(200, str(seed)) for seed in range(10)]


def test_a_stop_lets_the_running_job_finish_and_takes_no_more(
    make_app: Callable[..., FastAPI], live: Live, pace: Any
) -> None:
    app = make_app()
    with ThreadPoolExecutor(1) as pool:
        with live(app, drain_s=20) as url:
            eventually(lambda: httpx.get(f"{url}/ready/").status_code == 200)
            answer = pool.submit(httpx.post, f"{url}/generate/", data={"prompt": "slow"}, timeout=60)
            eventually(lambda: pace.running == 1)
            app.state.status.draining = True  # what the signal handler does
            assert httpx.get(f"{url}/ready/").status_code == 503
            refused = httpx.post(f"{url}/jobs/", json={"prompt": "late"})
            assert (refused.status_code, refused.json()["code"]) == (503, "not_ready")
            assert int(refused.headers["retry-after"]) >= 1
            threading.Timer(0.1, pace.go.set).start()
        assert answer.result().status_code == 200


def test_a_stop_ends_what_does_not_finish_in_time(make_app: Callable[..., FastAPI], live: Live, pace: Any) -> None:
    with ThreadPoolExecutor(3) as pool:
        with live(make_app(), drain_s=0.1) as url:
            eventually(lambda: httpx.get(f"{url}/ready/").status_code == 200)
            waiting = pool.submit(httpx.post, f"{url}/generate/", data={"prompt": "slow"}, timeout=60)
            eventually(lambda: pace.running == 1)
            job = httpx.post(f"{url}/jobs/", json={"prompt": "slow"}).json()
            events = pool.submit(httpx.get, f"{url}/jobs/{job['id']}/events", timeout=60)
            eventually(lambda: metric(url, "generation_queue_length") == 1)
        assert (waiting.result().status_code, waiting.result().json()["code"]) == (503, "shutting_down")
        assert "event: failed\n" in events.result().text
        assert '"code":"shutting_down"' in events.result().text


def test_a_job_that_takes_too_long_fails_and_the_next_one_runs(
    make_app: Callable[..., FastAPI], ready: Callable[[TestClient], None]
) -> None:
    with TestClient(make_app(job_timeout_s=0.05), base_url="http://127.0.0.1") as client:
        ready(client)
        answer = client.post("/generate/", data={"prompt": "slow"})
        assert (answer.status_code, answer.json()["code"]) == (500, "timeout")
        assert client.post("/generate/", data={"prompt": "a"}).status_code == 200


def test_the_generator_is_loaded_once_before_the_service_is_ready(pace: Any, live: Live) -> None:
    loaded = threading.Event()

    def load(device: str) -> Generator:
        loaded.wait()
        return pace.load(device)  # type: ignore[no-any-return]

    with live(app_with_loader(pace, load)) as url:
        assert httpx.get(f"{url}/health/").status_code == 200
        assert httpx.get(f"{url}/ready/").json()["detail"] == "the generator is being loaded"
        early = httpx.post(f"{url}/generate/", data={"prompt": "a"})
        assert (early.status_code, early.json()["code"]) == (503, "not_ready")
        loaded.set()
        eventually(lambda: httpx.get(f"{url}/ready/").status_code == 200)
        assert [httpx.post(f"{url}/generate/", data={"prompt": "a"}).status_code for _ in range(3)] == [200] * 3
    assert pace.loads == 1


def test_a_generator_that_cannot_be_loaded_stops_the_service(pace: Any) -> None:
    def load(_device: str) -> Generator:
        raise FileNotFoundError("no weights in /models")

    app = app_with_loader(pace, load)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        eventually(lambda: app.state.status.fatal is not None)
        assert "no weights in /models" in app.state.status.fatal
        assert client.get("/ready/").status_code == 503


def app_with_loader(pace: Any, load: Callable[[str], Generator]) -> FastAPI:
    pipeline: Pipeline = pace.pipeline()
    settings = GenerationSettings(ShellSettings(port=0), GenerationConfig(backend="fake"))
    return create_app(settings, replace(pipeline, load=load))


def test_each_device_has_a_generator_and_runs_in_parallel(pace: Any, make_app: Callable[..., FastAPI]) -> None:
    with TestClient(make_app(devices=["cuda:0", "cuda:1"]), base_url="http://127.0.0.1") as client:
        eventually(lambda: client.get("/ready/").status_code == 200)
        assert pace.devices == ["cuda:0", "cuda:1"]
        jobs = [client.post("/jobs/", json={"prompt": "slow"}).json()["id"] for _ in range(3)]
        eventually(lambda: pace.running == 2)
        statuses = [client.get(f"/jobs/{job}").json()["status"] for job in jobs]
        assert statuses == ["running", "running", "queued"]
        pace.go.set()
        eventually(lambda: all(client.get(f"/jobs/{job}").json()["status"] == "done" for job in jobs))
        assert pace.most_running == 2
