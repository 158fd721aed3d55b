"""The real PM2 starts, restarts and stops what generation/setup_env.sh wrote; the README's curl line gets a video."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PORT = 8093
CURL = 'curl -d "prompt=pink bicycle" -X POST http://127.0.0.1:8093/generate_video/ > video.mp4'


@dataclass
class Pm2:
    """PM2 with a home of its own, in the folder of the service."""

    program: Path
    folder: Path
    home: Path

    def __call__(self, *args: str) -> str:
        env = {**os.environ, "PM2_HOME": str(self.home)}
        command = [str(self.program), *args]
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=True).stdout

    def services(self) -> list[tuple[str, str, int]]:
        """Name, state and number of restarts of each service."""
        listed = self("jlist")
        entries = json.loads(listed[listed.index("[") :])
        return [(entry["name"], entry["pm2_env"]["status"], entry["pm2_env"]["restart_time"]) for entry in entries]


@pytest.fixture(scope="module")
def pm2(miner_clone: Path, node_tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pm2]:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PORT)) == 0:
            pytest.skip(f"something else listens on {PORT}")
    made = Pm2(node_tool("pm2"), miner_clone / "generation", tmp_path_factory.mktemp("pm2"))
    made("start", "generation.config.js")
    try:
        yield made
    finally:
        made("kill")


def await_ready(seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/ready/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"not ready after {seconds} s")


def test_the_readmes_curl_line_gets_a_video(pm2: Pm2, root: Path, tmp_path: Path) -> None:
    assert CURL in (root / "README.md").read_text().splitlines()
    await_ready()
    subprocess.run(["bash", "-c", CURL], cwd=tmp_path, check=True, capture_output=True)
    with av.open(io.BytesIO((tmp_path / "video.mp4").read_bytes())) as container:
        sizes = {(frame.width, frame.height) for frame in container.decode(video=0)}
    assert sizes == {(1088, 1088)}


def test_starting_again_restarts_and_never_makes_a_second_copy(pm2: Pm2) -> None:
    await_ready()
    (before,) = pm2.services()
    pm2("start", "generation.config.js")
    await_ready()
    assert pm2.services() == [("generation", "online", before[2] + 1)]


def test_an_accepted_job_outlives_a_restart(pm2: Pm2) -> None:
    await_ready()
    address = f"http://127.0.0.1:{PORT}/jobs/"
    body = json.dumps({"prompt": "pink bicycle"}).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"})) as answer:
        job = json.load(answer)
    with urllib.request.urlopen(f"{address}{job['id']}/events") as events:
        pm2("restart", "generation")
        last = [line for line in events.read().decode().splitlines() if line.startswith("event:")][-1]
    assert last == "event: done"


def test_stopping_ends_the_service_and_frees_its_port(pm2: Pm2) -> None:
    await_ready()
    pm2("stop", "generation")
    assert pm2.services()[0][1] == "stopped"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", PORT)) != 0
