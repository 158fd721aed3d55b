"""Drives a real PM2 with its own home folder, as an operator does. For the PM2 tests."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_S = 120.0


@dataclass(frozen=True)
class Pm2:
    """A PM2 program whose daemon keeps its state in `home`. End it with `pm2("kill")`."""

    program: Path
    home: Path

    def __call__(self, *args: str, folder: Path | None = None) -> str:
        """Run `pm2 ARGS` in `folder` and return its output. Raises CalledProcessError when it fails."""
        env = {**os.environ, "PM2_HOME": str(self.home)}
        command = [str(self.program), *args]
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True).stdout

    def services(self) -> dict[str, tuple[str, int]]:
        """Return state and number of restarts of each service, by name."""
        listed = self("jlist")
        entries = json.loads(listed[listed.index("[") :])
        return {entry["name"]: (entry["pm2_env"]["status"], entry["pm2_env"]["restart_time"]) for entry in entries}


def await_ready(port: int, seconds: float = READY_S) -> None:
    """Wait until the service on a loopback port is ready. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready/", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(f"port {port} is not ready after {seconds:g} s")
