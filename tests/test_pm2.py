"""The real PM2 starts, restarts and stops what generation/setup_env.sh wrote; the README's curl line gets a video."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from mocks.pm2 import Pm2, await_ready

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PORT = 8093
CURL = 'curl -d "prompt=pink bicycle" -X POST http://127.0.0.1:8093/generate_video/ > video.mp4'


@pytest.fixture(scope="module")
def pm2(miner_clone: Path, start_pm2: Callable[[Path, int], Pm2]) -> Pm2:
    return start_pm2(miner_clone / "generation" / "generation.config.js", PORT)


def test_the_readmes_curl_line_gets_a_video(pm2: Pm2, root: Path, tmp_path: Path) -> None:
    assert CURL in (root / "README.md").read_text().splitlines()
    await_ready(PORT)
    subprocess.run(["bash", "-c", CURL], cwd=tmp_path, check=True, capture_output=True)
    with av.open(io.BytesIO((tmp_path / "video.mp4").read_bytes())) as container:
        sizes = {(frame.width, frame.height) for frame in container.decode(video=0)}
    assert sizes == {(1088, 1088)}


def test_starting_again_restarts_and_never_makes_a_second_copy(pm2: Pm2, miner_clone: Path) -> None:
    await_ready(PORT)
    _, restarts = pm2.services()["generation"]
    pm2("start", str(miner_clone / "generation" / "generation.config.js"))
    await_ready(PORT)
    assert pm2.services() == {"generation": ("online", restarts + 1)}


def test_an_accepted_job_outlives_a_restart(pm2: Pm2) -> None:
    await_ready(PORT)
    address = f"http://127.0.0.1:{PORT}/jobs/"
    body = json.dumps({"prompt": "pink bicycle"}).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"})) as answer:
        job = json.load(answer)
    with urllib.request.urlopen(f"{address}{job['id']}/events") as events:
        pm2("restart", "generation")
        last = [line for line in events.read().decode().splitlines() if line.startswith("event:")][-1]
    assert last == "event: done"


def test_stopping_ends_the_service_and_frees_its_port(pm2: Pm2) -> None:
    await_ready(PORT)
    pm2("stop", "generation")
    assert pm2.services()["generation"][0] == "stopped"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", PORT)) != 0
