"""Starts this repository's programs as separate processes on free loopback ports, and stops them.

Like PM2, it only starts a program, waits for its /ready/, and sends SIGINT.
"""

from __future__ import annotations

import math
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
READY_S = 180.0
"""Longest wait for a service: at its first start models load and code is compiled, perhaps on a busy machine."""
DRAIN_S = 35.0
"""Services drain within 30 s."""
LOG_TAIL_LINES = 15


class ServiceFailed(Exception):
    """A program ended or never became ready; the message has the end of its log."""


@dataclass
class Service:
    """A process started at `started` (monotonic seconds) that answers on `url` once it is ready."""

    name: str
    url: str
    log: Path
    process: subprocess.Popen[bytes]
    started: float
    ready_s: float = math.inf

    def await_ready(self) -> None:
        """Wait until the service is ready and record how long that took. Raises ServiceFailed if it ends or is late."""
        with httpx.Client(timeout=5, trust_env=False) as client:
            while self.process.poll() is None and time.monotonic() < self.started + READY_S:
                try:
                    if client.get(f"{self.url}/ready/").status_code == 200:
                        self.ready_s = time.monotonic() - self.started
                        return
                except httpx.TransportError:
                    pass  # not listening yet
                time.sleep(0.1)
        raise self.failure("is not ready")

    def check(self) -> None:
        """Raise ServiceFailed if the process has ended."""
        if self.process.poll() is not None:
            raise self.failure("")

    def failure(self, state: str) -> ServiceFailed:
        """Return the error to raise, with the end of the log, and the exit status if the process has ended."""
        ended = self.process.poll()
        state = state if ended is None else f"ended with status {ended}"
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
        return ServiceFailed(f"{self.name} {state}; the end of {self.log}:\n{tail}")


def start(
    name: str,
    script: str,
    args: Sequence[str],
    log: Path,
    port_flag: str = "--port",
    env: Mapping[str, str] | None = None,
) -> Service:
    """Start `script` (relative to the repository) with `args` on a free port, without waiting until it is ready.

    Its output goes to the file `log`. Stop it with `drain`.
    """
    port = free_port()
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / script), *args, port_flag, str(port)]
    started = time.monotonic()
    with log.open("wb") as output:
        # Its own process group: Ctrl-C reaches only this process, which then drains the service once.
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, process_group=0, env=env)
    return Service(name, f"http://127.0.0.1:{port}", log, process, started)


@contextmanager
def running(name: str, script: str, args: Sequence[str], log: Path) -> Iterator[Service]:
    """Start a service that is ready within the block, and drain it afterwards. Raises ServiceFailed."""
    service = start(name, script, args, log)
    try:
        service.await_ready()
        yield service
    finally:
        drain(service.process)


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def drain(*processes: subprocess.Popen[bytes]) -> None:
    """Stop all processes with SIGINT, and kill those that have not ended within `DRAIN_S`."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + DRAIN_S
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
