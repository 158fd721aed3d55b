"""The service does what its OpenAPI document says, tried with generated requests, all of schemathesis' checks on.

Half of the requests below /jobs/ name a job that exists, so that successes are checked as well as refusals.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings

Live = Callable[..., AbstractContextManager[str]]

RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
MODES = list(schemathesis.GenerationMode)
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
    ("GET", "/jobs/{job_id}/result.{name}"),
]


@pytest.fixture(scope="module")
def api(shared_app: FastAPI, live: Live) -> Iterator[Any]:
    """The schema of a running service, in which one job is done."""
    with live(shared_app) as url:
        while httpx.get(f"{url}/ready/").status_code != 200:
            pass
        job = httpx.post(f"{url}/jobs/", json={"prompt": "pink bicycle"}).json()
        httpx.get(f"{url}/jobs/{job['id']}/events")
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
        turns = itertools.cycle([True, False])

        @schema.hook
        def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
            if not path_parameters or context.operation.method.upper() == "DELETE" or next(turns):
                return path_parameters
            return {**path_parameters, "job_id": job["id"]}

        yield schema


def test_every_route_is_listed(api: Any) -> None:
    listed = [(one.ok().method.upper(), one.ok().path) for one in api.get_all_operations()]
    assert sorted(listed) == sorted(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_route_does_what_openapi_says(api: Any, method: str, path: str) -> None:
    try_out(api[path][method], examples=15)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_route_does_what_openapi_says_a_thousand_times(api: Any, method: str, path: str) -> None:
    try_out(api[path][method], examples=500)


def try_out(operation: Any, examples: int) -> None:
    """`examples` requests that fit the schema and, where there is anything to break, as many that do not."""
    for mode in MODES if has_input(operation) else MODES[:1]:

        @settings(max_examples=examples, deadline=None, suppress_health_check=RELAXED, derandomize=True, database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: schemathesis.Case) -> None:
            case.call_and_validate(timeout=20)

        call()


def has_input(operation: Any) -> bool:
    return bool(operation.body or operation.query or operation.path_parameters)
