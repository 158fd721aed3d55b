"""Starts this repository's services as processes of their own on free loopback ports, and drains them again.

Knows nothing of what a service does: it looks at /ready/ and sends SIGINT, as PM2 does.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
READY_S = 180.0
"""Longest wait for a service: models load and compiled code is made at its first start, also on a busy machine."""
DRAIN_S = 35.0
"""Services drain within 30 s."""
LOG_TAIL_LINES = 15


class ServiceFailed(Exception):
    """A service ended or never became ready; the message holds the end of its log."""


@dataclass(frozen=True)
class Service:
    """A running service: its name, its address and the seconds until it was ready."""

    name: str
    url: str
    ready_s: float


@contextmanager
def running(name: str, script: str, args: Sequence[str], log: Path) -> Iterator[Service]:
    """Runs `script` (relative to the repository) with `args` and a free `--port`; drains it at the end, come what may.

    Its output goes to the file `log`. Raises ServiceFailed when it does not become ready.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / script), *args, "--port", str(port)]
    with log.open("wb") as output:
        # A process group of its own: Ctrl-C reaches this process alone, which then drains the service once.
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, process_group=0)
        try:
            started = time.monotonic()
            _await_ready(process, url, name, log)
            yield Service(name, url, time.monotonic() - started)
        finally:
            drain(process)


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def drain(process: subprocess.Popen[bytes]) -> None:
    """Asks the process to finish (SIGINT), ends it when it does not within `DRAIN_S`."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(DRAIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await_ready(process: subprocess.Popen[bytes], url: str, name: str, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    with httpx.Client(timeout=5, trust_env=False) as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                if client.get(f"{url}/ready/").status_code == 200:
                    return
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(0.1)
    state = "is not ready" if process.poll() is None else f"ended with status {process.returncode}"
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
    raise ServiceFailed(f"{name} {state}; the end of {log}:\n{tail}")
