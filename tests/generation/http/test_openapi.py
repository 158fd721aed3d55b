"""The service does what its OpenAPI document says, tried with generated requests and every check of schemathesis.

Half of the good requests below /jobs/ name a job that exists, so that successes are checked as well as refusals.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

Live = Callable[..., AbstractContextManager[str]]

RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
OPERATIONS = [
    ("GET", "/health/"),
    ("GET", "/ready/"),
    ("GET", "/version/"),
    ("GET", "/metrics"),
    ("POST", "/generate/"),
    ("POST", "/generate_raw/"),
    ("POST", "/generate_model/"),
    ("POST", "/generate_video/"),
    ("POST", "/jobs/"),
    ("GET", "/jobs/{job_id}"),
    ("DELETE", "/jobs/{job_id}"),
    ("GET", "/jobs/{job_id}/events"),
    ("GET", "/jobs/{job_id}/preview.png"),
    ("GET", "/jobs/{job_id}/result.{name}"),
]


@dataclass(frozen=True)
class Api:
    """A running service's schema, and a job of it that is done."""

    schema: Any
    job_id: str


@pytest.fixture(scope="module")
def api(shared_app: FastAPI, live: Live) -> Iterator[Api]:
    with live(shared_app) as url:
        while httpx.get(f"{url}/ready/").status_code != 200:
            pass
        job = httpx.post(f"{url}/jobs/", json={"prompt": "pink bicycle"}).json()
        httpx.get(f"{url}/jobs/{job['id']}/events")
        yield Api(schemathesis.openapi.from_url(f"{url}/openapi.json"), job["id"])


def test_every_route_is_listed(api: Api) -> None:
    listed = [(one.ok().method.upper(), one.ok().path) for one in api.schema.get_all_operations()]
    assert sorted(listed) == sorted(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_route_does_what_openapi_says(api: Api, method: str, path: str) -> None:
    try_out(api, method, path, examples=15)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_route_does_what_openapi_says_a_thousand_times(api: Api, method: str, path: str) -> None:
    try_out(api, method, path, examples=500)


def try_out(api: Api, method: str, path: str, examples: int) -> None:
    """2 × `examples` requests: half of them break the schema, where there is anything to break."""
    operation = api.schema[path][method]
    fitting = examples if has_input(operation) else 2 * examples
    send(operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE), fitting, api.job_id)
    if has_input(operation):
        send(operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE), examples)


def send(cases: Any, examples: int, job_id: str | None = None) -> None:
    """Sends them and checks each answer; every other one names the job `job_id`, if there is one to name."""
    turns = itertools.cycle([True, False])

    @settings(max_examples=examples, deadline=None, suppress_health_check=RELAXED, derandomize=True, database=None)
    @given(case=cases)
    def call(case: schemathesis.Case) -> None:
        if job_id is not None and case.path_parameters and case.method != "DELETE" and next(turns):
            case.path_parameters["job_id"] = job_id
        response = case.call(timeout=20)
        refused = response.status_code == 503 and response.json()["code"] == "queue_full"  # as documented, under load
        excluded = [not_a_server_error] if refused else []
        case.validate_response(response, excluded_checks=excluded, transport_kwargs={"timeout": 20})

    call()


def has_input(operation: Any) -> bool:
    return bool(operation.body or operation.query or operation.path_parameters)
