"""The recorded mainnet node of ../shared/chain as a process of its own, and a gateway in front of it."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.eventually import eventually

NETUID = 1
"""The recorded subnet."""


def free_port() -> int:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class ReplayNode:
    """A running node at `url`."""

    url: str

    def control(self, call: str, **parameters: Any) -> Any:
        """Make one of the control calls that replay_node.py lists, and return its result."""
        with connect(self.url, proxy=None, max_size=1 << 24) as ws:
            ws.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": call, "params": [parameters]}))
            return json.loads(ws.recv())["result"]

    def reset(self) -> None:
        """Forget faults and registrations; weights are not hidden."""
        self.control("replay_reset")
        self.control("replay_hyper", name="CommitRevealWeightsEnabled", value_hex="0x00")

    def fail(self, method: str, kind: str = "error", *, times: int = 1, **more: Any) -> None:
        """Let the next `times` requests of `method` fail."""
        self.control("replay_fault", method=method, kind=kind, times=times, **more)

    def register(self, wallet: Any, uid: int) -> None:
        """Give the wallet's hotkey a seat with stake and a permit."""
        hotkey, coldkey = wallet.hotkey.ss58_address, wallet.coldkeypub.ss58_address
        self.control("replay_register", uid=uid, hotkey=hotkey, coldkey=coldkey, permit=True, stake_rao=10**13)


@contextlib.contextmanager
def replay_node(chain_data: Path, block_time_s: float = 1.0) -> Iterator[ReplayNode]:
    """Run the node during the block."""
    port = free_port()
    command = [sys.executable, str(chain_data / "replay_node.py"), "--port", str(port), "--loopback-ok"]
    with subprocess.Popen([*command, "--block-time", str(block_time_s)], stdout=subprocess.DEVNULL) as child:
        node = ReplayNode(f"ws://127.0.0.1:{port}")

        def answers() -> bool:
            assert child.poll() is None
            try:
                node.reset()
            except (OSError, WebSocketException):
                return False
            return True

        try:
            eventually(answers)
            yield node
        finally:
            child.kill()


@dataclass
class Gateway:
    """A TCP proxy in front of a node; with `answer` it sends that in place of the node's, b"" to hang up."""

    target: int
    answer: bytes | None = None
    connections: int = 0
    port: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Address of the gateway."""
        return f"ws://127.0.0.1:{self.port}"

    def refuse(self, status: str) -> None:
        """Answer each handshake with an HTTP status, and cut the open connections."""
        self.answer = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
        self.cut()

    def cut(self) -> None:
        """Cut the open connections."""
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def serve(self, listener: socket.socket) -> None:
        """Accept connections until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._handle, args=(client,), daemon=True).start()

    def _handle(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self.answer is not None:
                client.recv(4096)
                client.sendall(self.answer)
                return
            with socket.create_connection(("127.0.0.1", self.target)) as node:
                self._open += [client, node]
                threading.Thread(target=_pump, args=(node, client), daemon=True).start()
                _pump(client, node)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def gateway(target: int, answer: bytes | None = None) -> Iterator[Gateway]:
    """Run a gateway during the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Gateway(target, answer, port=listener.getsockname()[1])
        threading.Thread(target=made.serve, args=(listener,), daemon=True).start()
        try:
            yield made
        finally:
            made.cut()
