"""Runs scripts of this repository as processes that a test can kill and restart on the same port."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from mocks.processes import free_port
from tests.eventually import eventually

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Program:
    """A script with arguments, in which `{port}` is replaced by its port."""

    script: str
    args: list[str]
    log: Path
    probe: str = "/ready/"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Program:
        """Start the process without waiting for it; `ready()` waits."""
        command = [sys.executable, str(ROOT / self.script), *(arg.format(port=self.port) for arg in self.args)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        return self

    def ready(self, timeout_s: float = 60.0) -> Program:
        """Wait until the process answers its probe. Fails if it ends or takes longer than `timeout_s`."""
        eventually(lambda: self._alive() and self._answers(), timeout_s, every_s=0.1)
        return self

    def kill(self) -> None:
        """Kill the process without a chance to clean up."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def metric(self, name: str) -> float:
        """Return the sum of a metric over all labels; 0 if it has no value yet."""
        lines = httpx.get(f"{self.url}/metrics", timeout=10, trust_env=False).text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.split("{")[0].split(" ")[0] == name)

    def _alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return True

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}{self.probe}", timeout=5, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False
