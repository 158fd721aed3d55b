"""Health, readiness, version and metrics."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.testclient import TestClient

from serving.app import ShellLimits
from serving.status import ServiceStatus


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1")


def test_health(client: TestClient) -> None:
    assert client.get("/health/").json() == {"status": "ok"}


def test_ready(client: TestClient) -> None:
    assert client.get("/ready/").json() == {"status": "ready"}


def test_a_service_that_is_not_ready_gives_reasons_and_is_healthy(make_app: Callable[..., FastAPI]) -> None:
    status = ServiceStatus(version=lambda: "1", not_ready=lambda: ["no model", "no chain"])
    client = client_of(make_app(status=status))
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()["detail"]) == (503, "no model; no chain")
    assert int(answer.headers["retry-after"]) > 0
    assert client.get("/health/").status_code == 200


def test_a_draining_service_is_not_ready(make_app: Callable[..., FastAPI]) -> None:
    status = ServiceStatus(version=lambda: "1", draining=True)
    assert client_of(make_app(status=status)).get("/ready/").status_code == 503


def test_the_version_is_a_json_string(client: TestClient) -> None:
    assert client.get("/version/").json() == "trial 1"


def test_metrics_count_by_route_template_not_by_path(client: TestClient) -> None:
    client.get("/notes/my-secret-id")
    client.get("/scanner/my-secret-path")
    client.request("SECRETVERB", "/notes/")
    text = client.get("/metrics").text
    assert 'http_requests_total{method="GET",route="/notes/{note_id}",status="200"} 1.0' in text
    assert 'http_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert "secret" not in text.lower()


def test_each_application_has_its_own_metrics(make_app: Callable[..., FastAPI]) -> None:
    first, second = client_of(make_app()), client_of(make_app())
    first.get("/health/")
    assert 'route="/health/"' not in second.get("/metrics").text


def test_metrics_can_be_left_out(make_app: Callable[..., FastAPI]) -> None:
    assert client_of(make_app(limits=ShellLimits(with_metrics=False))).get("/metrics").status_code == 404
