"""The HTTP of a neuron: probes, metrics and, for the validator, its dashboard."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from neurons.status import status_app
from neurons.validator.pages import status_pages
from neurons.validator.tasks.rules import TaskRules
from serving.settings import ShellSettings
from serving.status import ServiceStatus
from tests.http_methods import compare_head_with_get

PROBES = ["/health/", "/ready/", "/version/", "/openapi.json"]
PAGES = ["/", "/dashboard.js", "/dashboard.css", "/miners/", "/tasks/"]


def client_of(*, with_pages: bool) -> TestClient:
    pages = status_pages(lambda: None, TaskRules()) if with_pages else None
    app = status_app("trial", ShellSettings(port=0), ServiceStatus(version=lambda: "1"), pages)
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize("with_pages", [True, False])
def test_every_route_answers_head(with_pages: bool) -> None:
    client = client_of(with_pages=with_pages)
    statuses = {path: compare_head_with_get(client, path) for path in PROBES + PAGES}
    assert statuses == dict.fromkeys(PROBES, 200) | dict.fromkeys(PAGES, 200 if with_pages else 404)
    assert client.head("/metrics").status_code == 200


def test_a_file_of_the_dashboard_is_not_sent_again() -> None:
    client = client_of(with_pages=True)
    tag = client.get("/dashboard.js").headers["etag"]
    assert client.get("/dashboard.js", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/dashboard.js", headers={"Range": "lines=1-2"}).status_code == 200
