"""The service as operators run it: a process of its own, with its worker, started from either folder."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mocks.processes import free_port
from splats.codecs import encode_spz
from splats.model import Splats
from validation.scoring.scorer import ScorerFiles

pytestmark = pytest.mark.slow

START_S = 180


@pytest.fixture(params=[".", "validation"])
def service(
    request: pytest.FixtureRequest, root: Path, tiny_scorer: ScorerFiles
) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    port, folder = free_port(), root / request.param
    script = str((root / "validation/serve.py").relative_to(folder))
    command = [sys.executable, script, "--scorer", str(tiny_scorer.folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        try:
            wait_until_ready(process, client)
            yield process, client
        finally:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            if client.get("/ready/").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail("the service did not get ready")


def worker_of(process: subprocess.Popen[bytes]) -> int:
    children = [task / "children" for task in Path(f"/proc/{process.pid}/task").iterdir()]
    return int(next(pid for path in children for pid in path.read_text().split()))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc")
def test_scores_loses_its_worker_scores_again_and_stops(
    service: tuple[subprocess.Popen[bytes], httpx.Client], honest: Splats
) -> None:
    process, client = service
    body = {"prompt": "a red ball", "data": base64.b64encode(encode_spz(honest)).decode()}
    first = client.post("/validate/", json=body)
    assert first.status_code == 200
    worker = worker_of(process)
    os.kill(worker, signal.SIGKILL)
    assert client.post("/validate/", json=body).json()["code"] == "worker_lost"
    assert client.post("/validate/", json=body).json() == first.json()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not Path(f"/proc/{worker}").exists()
