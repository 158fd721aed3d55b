"""Start, drain and stop of a server, and the limits of a connection."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from mocks.processes import free_port
from serving.server import bind, serve
from serving.settings import SettingsError, ShellSettings
from serving.status import ServiceStatus
from tests.eventually import eventually

Live = Callable[..., AbstractContextManager[str]]

PROGRAM = """
import asyncio, sys
from serving.app import ShellLimits, create_shell
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError, ShellSettings
from serving.status import ServiceStatus

settings = ShellSettings(port=int(sys.argv[1]), drain_s=float(sys.argv[2]))
configure_logging(settings)
status = ServiceStatus(version=lambda: "1")
app = create_shell("trial", settings, status, ShellLimits())

@app.get("/work/")
async def work() -> str:
    status.busy = lambda: True
    await asyncio.sleep(1)
    status.busy = lambda: False
    return "finished"

@app.get("/busy/")
async def busy() -> bool:
    return status.busy()

@app.get("/hang/")
async def hang() -> str:
    status.busy = lambda: True
    await asyncio.sleep(1000)
    return "never"

try:
    sys.exit(serve(app, settings))
except SettingsError as error:
    sys.exit(f"refused: {error}")
"""


@contextmanager
def process(root: Path, drain_s: float = 10, **options: Any) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Start the program. `options` are those of Popen."""
    port = free_port()
    command = [sys.executable, "-c", PROGRAM, str(port), str(drain_s)]
    running = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True, **options)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        try:
            until_up(client)
            yield running, client
        finally:
            running.kill()
            running.wait()
            if running.stderr:
                running.stderr.close()


def has_ipv6() -> bool:
    try:
        bind("::1", 0).close()
    except SettingsError:
        return False
    return True


def until_up(client: httpx.Client) -> None:
    def is_up() -> bool:
        try:
            return client.get("/health/").status_code == 200
        except httpx.TransportError:
            return False

    eventually(is_up)


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_after_a_signal_the_process_drains_and_exits_with_0(root: Path, sig: signal.Signals) -> None:
    with process(root) as (running, client), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(httpx.get, f"{client.base_url}/work/", timeout=20)
        eventually(lambda: client.get("/busy/").json())
        running.send_signal(sig)
        eventually(lambda: client.get("/ready/").status_code == 503)
        assert client.get("/ready/").json()["detail"] == "the service is shutting down"
        assert answer.result().json() == "finished"
        assert running.wait(timeout=20) == 0


def test_a_drain_is_bounded(make_app: Callable[..., FastAPI], live: Live) -> None:
    stopped: list[bool] = []
    status = ServiceStatus(version=lambda: "1", busy=lambda: True, stop=lambda: stopped.append(True))
    with live(make_app(status=status), drain_s=0.1) as url:
        assert httpx.get(f"{url}/health/").status_code == 200
    assert stopped == [True]  # the fixture has checked that the server ended


def test_a_handler_that_hangs_does_not_block_the_stop(make_app: Callable[..., FastAPI], live: Live) -> None:
    with live(make_app(), drain_s=0.1, close_s=1) as url, pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{url}/hang/", timeout=0.2)


def test_a_fatal_error_stops_the_server(make_app: Callable[..., FastAPI]) -> None:
    status = ServiceStatus(version=lambda: "1", fatal="the model is gone")
    settings = ShellSettings(port=0)
    assert serve(make_app(status=status), settings) == 1


def test_a_second_signal_ends_the_wait(root: Path) -> None:
    with process(root, drain_s=300) as (running, client):
        with pytest.raises(httpx.ReadTimeout):
            client.get("/hang/", timeout=0.3)
        running.send_signal(signal.SIGINT)
        eventually(lambda: client.get("/ready/").status_code == 503)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=15) == 0


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("[::1]", "[::1]")])
def test_the_line_at_the_start_has_the_url(
    make_app: Callable[..., FastAPI], caplog: pytest.LogCaptureFixture, host: str, shown: str
) -> None:
    if host != "127.0.0.1" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with caplog.at_level("INFO", logger="serving.server"):
        serve(make_app(status=ServiceStatus(version=lambda: "1", fatal="stop")), ShellSettings(host=host, port=0))
    assert re.search(rf"trial 1 on http://{re.escape(shown)}:[1-9][0-9]*$", caplog.messages[0])


def test_an_ipv6_address_that_cannot_be_bound_is_shown_in_brackets() -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on \[2001:db8::7\]:8093: "):
        bind("2001:db8::7", 8093)


def test_a_port_in_use_is_a_settings_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"cannot listen on 127\.0\.0\.1:{port}: "):
            bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on 203\.0\.113\.7"):
        bind("203.0.113.7", 8093)


def test_a_name_that_cannot_be_one_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on a\.\.b:8093"):
        bind("a..b", 8093)


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine")
def test_every_address_includes_those_of_ipv4() -> None:
    with bind("::", 0) as listener:
        port = listener.getsockname()[1]
        for host in ("127.0.0.1", "::1"):
            socket.create_connection((host, port), timeout=30).close()


def test_a_connection_whose_headers_do_not_arrive_in_time_is_closed(
    make_app: Callable[..., FastAPI], live: Live
) -> None:
    with live(make_app(), headers_timeout_s=0.2) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as raw:
            raw.sendall(b"GET /health/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ")
            assert raw.recv(1) == b""
