"""Starting and draining a process, with small scripts in place of a service."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mocks.processes import ServiceFailed, running

READY = """
import sys, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Handler)
try:
    server.serve_forever()
except KeyboardInterrupt:
    print("drained", flush=True)
"""


def script(folder: Path, code: str) -> str:
    path = folder / "service.py"
    path.write_text(code)
    return str(path)


def test_a_service_runs_within_the_block_and_is_drained_after_it(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "service.log"
    with running("stand-in", script(tmp_path, READY), [], log) as service:
        port = int(service.url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert log.read_text().endswith("drained\n")


def test_a_service_is_drained_when_the_block_fails(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with (
        pytest.raises(RuntimeError, match="mine"),
        running("stand-in", script(tmp_path, READY), [], log),
    ):
        raise RuntimeError("mine")
    assert log.read_text().endswith("drained\n")


def test_a_service_that_ends_reports_why(tmp_path: Path) -> None:
    code = "import sys\nprint('no such config')\nsys.exit(2)\n"
    with (
        pytest.raises(ServiceFailed, match=r"stand-in ended with status 2(.|\n)*no such config"),
        running("stand-in", script(tmp_path, code), [], tmp_path / "service.log"),
    ):
        pass
