"""Memory and open files stay flat over 500 jobs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

GROWTH = 1.05
PROMPTS = ["pink bicycle", "red car with black wheels", "golden crown", "wooden chair", "blue dragon"]


@dataclass
class Held:
    """Resident bytes and open file descriptors of a process, sockets included."""

    resident: float
    files: float


def held_by(client: httpx.Client | TestClient) -> Held:
    text = client.get("/metrics").text

    def value(name: str) -> float:
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        assert found is not None
        return float(found[1])

    return Held(value("process_resident_memory_bytes"), value("process_open_fds"))


def work(client: httpx.Client | TestClient, count: int) -> None:
    """Run `count` jobs: a third waited for, a third fetched later, a third cancelled."""
    for i in range(count):
        prompt = PROMPTS[i % len(PROMPTS)]
        if i % 30 == 0:
            assert client.post("/generate_video/", data={"prompt": prompt, "video_res": "64"}).status_code == 200
        elif i % 3 == 0:
            assert client.post("/generate/", data={"prompt": prompt}).status_code == 200
        elif i % 3 == 1:
            job = client.post("/jobs/", json={"prompt": prompt}).json()
            assert "event: done" in client.get(f"/jobs/{job['id']}/events").text
            assert client.get(f"/jobs/{job['id']}/result.spz").status_code == 200
        else:
            job = client.post("/jobs/", json={"prompt": prompt}).json()
            assert client.delete(f"/jobs/{job['id']}").status_code == 204


def assert_flat(before: Held, after: Held) -> None:
    assert after.resident <= before.resident * GROWTH, f"{before.resident:,.0f} → {after.resident:,.0f} bytes"
    assert after.files <= before.files * GROWTH + 1, f"{before.files:.0f} → {after.files:.0f} files and sockets"


def test_memory_stays_flat_over_500_small_jobs(
    make_app: Callable[..., FastAPI], ready: Callable[[TestClient], None]
) -> None:
    with TestClient(make_app(results_kept_jobs=10), base_url="http://127.0.0.1") as client:
        ready(client)
        work(client, 60)
        before = held_by(client)
        work(client, 500)
        assert_flat(before, held_by(client))


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_memory_stays_flat_over_500_jobs_of_the_real_service(root: Path) -> None:
    with real_service(root) as client:
        work(client, 45)
        before = held_by(client)
        work(client, 500)
        assert_flat(before, held_by(client))


@contextmanager
def real_service(root: Path) -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "generation/serve.py", "--port", str(port), "--log_level", "error"]
    process = subprocess.Popen(command, cwd=root, env={**os.environ, "OMP_NUM_THREADS": "1"})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            while process.poll() is None:
                try:
                    if client.get("/ready/").status_code == 200:
                        break
                except httpx.TransportError:
                    continue
            yield client
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
