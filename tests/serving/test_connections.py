"""A server answers its clients however many idle connections strangers hold, and does not spin without files."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import resource
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.app import ShellLimits
from serving.connections import (
    MAX_CONNECTIONS,
    RESERVED_FILES,
    AcceptErrors,
    Connections,
    Listener,
    client_network,
    max_connections,
    raise_open_file_limit,
)
from serving.server import bind
from tests.eventually import eventually
from tests.serving.test_server import process

FILES = 200


class FakeTransport(asyncio.Transport):
    def __init__(self, ip: str = "192.0.2.1") -> None:
        super().__init__({"peername": (ip, 5000)})
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


@contextmanager
def file_limit(soft: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def connected(url: str, count: int, sources: int = 1) -> Iterator[list[socket.socket]]:
    """Hold idle connections from 127.0.0.1, 127.0.0.2, …, `count` in all."""
    port = int(url.rpartition(":")[2])
    with ExitStack() as stack:
        held = []
        for number in range(count):
            source = f"127.0.0.{1 + number % sources}"
            held.append(
                stack.enter_context(socket.create_connection(("127.0.0.1", port), 30, source_address=(source, 0)))
            )
        yield held


def count_open(held: list[socket.socket]) -> int:
    """Return how many connections the server has not closed: a closed one is readable."""
    poll = select.poll()
    for one in held:
        poll.register(one, select.POLLIN)
    return len(held) - len(poll.poll(0))


def test_the_longest_idle_connection_of_an_address_is_closed_first() -> None:
    connections = Connections(max_open=100, max_idle_per_address=2)
    first, second, third, other = FakeTransport(), FakeTransport(), FakeTransport(), FakeTransport("192.0.2.2")
    for one in (other, first, second, third):
        connections.note_idle(one)
    assert [one.aborted for one in (other, first, second, third)] == [False, True, False, False]
    assert len(connections) == 3


def test_busy_connections_are_kept_and_idle_ones_closed_at_the_limit_in_total() -> None:
    connections = Connections(max_open=2)
    busy, idle, new = (FakeTransport(f"192.0.2.{number}") for number in range(3))
    connections.note_idle(busy)
    connections.note_busy(busy)
    connections.note_idle(idle)
    connections.note_idle(new)
    assert [one.aborted for one in (busy, idle, new)] == [False, True, False]


def test_a_new_connection_is_closed_if_all_others_are_busy() -> None:
    connections = Connections(max_open=1)
    busy, new = FakeTransport("192.0.2.1"), FakeTransport("192.0.2.2")
    connections.note_idle(busy)
    connections.note_busy(busy)
    connections.note_idle(new)
    assert (busy.aborted, new.aborted, len(connections)) == (False, True, 1)


def test_a_connection_that_is_idle_again_counts_from_then() -> None:
    connections = Connections(max_open=100, max_idle_per_address=2)
    first, second, third = FakeTransport(), FakeTransport(), FakeTransport()
    connections.note_idle(first)
    connections.note_idle(second)
    connections.note_busy(first)
    connections.note_idle(first)
    connections.note_idle(third)
    assert [one.aborted for one in (first, second, third)] == [False, True, False]


def test_a_closed_connection_is_forgotten() -> None:
    connections = Connections(max_open=100)
    idle, busy = FakeTransport(), FakeTransport()
    for one in (idle, busy):
        connections.note_idle(one)
    connections.note_busy(busy)
    for one in (idle, busy):
        connections.forget(one)
        connections.forget(one)
    assert len(connections) == 0


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_the_addresses_of_one_ipv6_network_count_as_one(ip: str, network: str) -> None:
    assert client_network(FakeTransport(ip)) == network


def test_a_client_without_an_internet_address_has_no_network() -> None:
    assert client_network(asyncio.Transport({"peername": ""})) == ""


def test_files_are_reserved_for_everything_but_connections() -> None:
    with file_limit(1024):
        assert max_connections() == 1024 - RESERVED_FILES
    with file_limit(300):
        assert max_connections() == 150
    with file_limit(resource.getrlimit(resource.RLIMIT_NOFILE)[1]):
        assert max_connections() <= MAX_CONNECTIONS


def test_the_soft_limit_is_raised_to_the_hard_one() -> None:
    with file_limit(256):
        raise_open_file_limit()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert soft == hard


@pytest.mark.parametrize("sources", [1, 40])
def test_idle_connections_beyond_the_limit_of_files_do_not_keep_clients_out(root: Path, sources: int) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))

    if before < FILES:
        pytest.skip("the limit of open files is too low for this test")
    with process(root, preexec_fn=limited) as (running, client), connected(str(client.base_url), 400, sources) as held:
        for _ in range(20):
            assert httpx.get(f"{client.base_url}/health/", timeout=30, trust_env=False).status_code == 200
        eventually(lambda: count_open(held) <= FILES // 2)
        assert count_open(held) > 0
        assert running.poll() is None


def test_a_request_in_progress_is_not_closed_with_the_idle_connections(make_app: Any, live: Any) -> None:
    app = make_app(ShellLimits(body_timeout_s=60.0))
    with live(app, max_open=2) as url, socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 30) as slow:
        slow.sendall(b"POST /bytes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 100")  # the handler reads
        slow.sendall(b"a")
        with connected(url, 10):
            assert httpx.get(f"{url}/health/", timeout=30, trust_env=False).status_code == 200
        slow.sendall(b"b")
        assert slow.recv(12) == b"HTTP/1.1 200"


def test_without_files_accepting_pauses_instead_of_spinning() -> None:
    with bind("127.0.0.1", 0) as listener, connected(f":{listener.getsockname()[1]}", 1):
        assert isinstance(listener, Listener)
        free = os.dup(0)
        os.close(free)
        with file_limit(free):
            with pytest.raises(OSError, match="Too many open files") as caught:
                listener.accept()
            assert caught.value.errno == errno.EMFILE
            with pytest.raises(BlockingIOError):  # at which asyncio ends its loop
                listener.accept()
        assert eventually(lambda: try_to_accept(listener))


def try_to_accept(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def test_failed_accepts_are_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("serving.connections", "asyncio"):
        caplog.set_level(logging.INFO, name)
    loop, handler = asyncio.new_event_loop(), AcceptErrors()
    failed = {"message": "accept", "exception": OSError(errno.EMFILE, "Too many open files"), "socket": None}
    for _ in range(10):
        handler(loop, failed)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "cannot accept connections: Too many open files" in caplog.text
    handler(loop, {"message": "something else went wrong"})
    loop.close()
    assert "something else went wrong" in caplog.text
