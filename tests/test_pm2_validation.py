"""The real PM2 starts, revives and stops what validation/setup_env.sh wrote."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from mocks.cheats import noise
from mocks.pm2 import Pm2, await_ready
from splats.codecs import encode_spz
from tests.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PORT = 8094


@pytest.fixture(scope="module")
def pm2(validator_clone: Path, start_pm2: Callable[[Path, int], Pm2]) -> Pm2:
    return start_pm2(validator_clone / "validation" / "validation.config.js", PORT)


def validate(data: bytes) -> dict[str, object]:
    body = json.dumps({"prompt": "pink bicycle", "data": base64.b64encode(data).decode()}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/validate/", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


def test_noise_is_scored_near_nothing_by_the_named_scorer(pm2: Pm2) -> None:
    await_ready(PORT)
    answer = validate(encode_spz(noise()))
    assert answer["score"] < 0.1
    assert answer["scorer"] == "three-gen-small@1+fp32"


def test_an_empty_file_is_the_miners_fault(pm2: Pm2) -> None:
    await_ready(PORT)
    with pytest.raises(urllib.error.HTTPError) as refused:
        validate(b"")
    assert (refused.value.code, json.load(refused.value)["code"]) == (422, "unknown_format")


def test_a_killed_service_comes_back(pm2: Pm2) -> None:
    await_ready(PORT)
    listed = pm2("jlist")
    (entry,) = json.loads(listed[listed.index("[") :])
    os.kill(entry["pid"], signal.SIGKILL)
    eventually(lambda: pm2.services()["validation"][1], every_s=0.2)
    assert pm2.services()["validation"] == ("online", 1)
    await_ready(PORT)


def test_stopping_ends_the_service_and_frees_its_port(pm2: Pm2) -> None:
    await_ready(PORT)
    pm2("stop", "validation")
    assert pm2.services()["validation"][0] == "stopped"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", PORT)) != 0
