"""Run a miner and a validator against the recorded mainnet node, with a fault of the node every ten seconds.

python -m benchmarks.chain_faults [--minutes 60] [--node ../shared/chain/replay_node.py]

The faults take turns: errors in place of two answers, two dropped connections, silence, and a gateway that refuses
handshakes with 429 or 503 or hangs up, for seven seconds each. Generation and validation are stand-ins. Printed are the
memory of both processes over time, how far the validator was behind the node, the results accepted, the block of the
last weights, and whether both were at work at the end; if they were not, the ends of their logs.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from neurons.chain.opening import load_sdk, open_wallet
from neurons.chain.settings import WalletSettings
from neurons.chain.wallets import make_wallet
from serving.arguments import POSITIVE, FlagParser

ROOT = Path(__file__).resolve().parent.parent
NETUID, MINER_UID = 1, 5
EVERY_S, LASTS_S = 10.0, 7.0
REPORTS = 6


@dataclass
class Gateway:
    """A TCP proxy in front of the node. With `answer` it sends that in place of the node's answers, b"" to hang up."""

    target: int
    answer: bytes | None = None
    open: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """Accept connections until the process ends."""
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self._handle, args=(client,), daemon=True).start()

    def refuse(self, answer: bytes) -> None:
        """Cut the open connections and refuse further ones."""
        self.answer = answer
        for one in self.open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def _handle(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self.answer is not None:
                client.recv(4096)
                client.sendall(self.answer)
                return
            with socket.create_connection(("127.0.0.1", self.target)) as node:
                self.open += [client, node]
                threading.Thread(target=_pump, args=(node, client), daemon=True).start()
                _pump(client, node)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@dataclass
class Neuron:
    """A neuron as a process."""

    kind: str
    child: subprocess.Popen[bytes]
    http_port: int
    log: Path

    def memory_mb(self) -> int:
        """Return the resident memory."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def ready(self) -> str:
        """Return "ready", or why it is not."""
        status, text = get(f"http://127.0.0.1:{self.http_port}/ready/")
        return "ready" if status == 200 else text

    def count(self, metric: str) -> int:
        """Return the sum of a counter's samples whose line contains `metric`."""
        _, text = get(f"http://127.0.0.1:{self.http_port}/metrics")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return sum(int(float(line.rpartition(" ")[2])) for line in lines if metric in line)


def get(url: str) -> tuple[int, str]:
    """Return the status and text of a local address, 0 if it does not answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def free_port() -> int:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def control(port: int, call: str, **parameters: Any) -> Any:
    """Make a control call of the node and return its result."""
    with connect(f"ws://127.0.0.1:{port}", proxy=None, max_size=1 << 24) as ws:
        ws.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": call, "params": [parameters]}))
        return json.loads(ws.recv())["result"]


def wait_until(check: Callable[[], object], what: str, timeout_s: float = 120.0) -> None:
    """Wait until `check` returns something true. Raises TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.2)


def faults(port: int, gate: Gateway) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name of each fault and a function that causes it, endlessly."""

    def fail(method: str, kind: str, times: int, **more: Any) -> Callable[[], object]:
        return lambda: control(port, "replay_fault", method=method, kind=kind, times=times, **more)

    def refuse(status: str) -> Callable[[], object]:
        return lambda: gate.refuse(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    yield from itertools.cycle(
        (
            ("error", fail("chain_getHeader", "error", 2, message="Too Many Requests")),
            ("drop", fail("chain_getHeader", "drop", 2)),
            ("delay", fail("chain_getHeader", "delay", 2, seconds=5)),
            ("429", refuse("429 Too Many Requests")),
            ("storage error", fail("state_getStorageAt", "error", 2, message="Too Many Requests")),
            ("503", refuse("503 Service Unavailable")),
            ("seats error", fail("state_call", "error", 2, message="State already discarded")),
            ("hang up", lambda: gate.refuse(b"")),
        )
    )


@contextlib.contextmanager
def processes(folder: Path, node_script: Path) -> Iterator[tuple[int, Gateway, list[Neuron]]]:
    """Run the node, the stand-ins and both neurons during the block."""
    children: list[subprocess.Popen[bytes]] = []

    def start(name: str, *command: str) -> subprocess.Popen[bytes]:
        with (folder / f"{name}.log").open("wb") as log:
            env = {**os.environ, "PYTHONWARNINGS": "ignore"}
            children.append(subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stdout=log, stderr=log))
        return children[-1]

    ports = {name: free_port() for name in ("node", "generation", "validation", "axon", "miner", "validator")}
    url = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    try:
        start("node", str(node_script), "--port", str(ports["node"]), "--block-time", "2", "--loopback-ok")
        start("generation", "mocks/mock_generator.py", "--port", str(ports["generation"]), "--splats", "500")
        serve = "import uvicorn; from mocks.stand_in import stand_in; uvicorn.run(stand_in(0.9), port=%d)"
        start("validation", "-c", serve % ports["validation"])
        for name in ("generation", "validation"):
            wait_until(lambda name=name: get(f"{url[name]}/ready/")[0] == 200, name)  # type: ignore[misc]
        stake = register(ports["node"], folder)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            gate = Gateway(ports["node"])
            threading.Thread(target=gate.serve, args=(listener,), daemon=True).start()
            shared = [
                "--netuid",
                str(NETUID),
                "--subtensor.chain_endpoint",
                f"ws://127.0.0.1:{listener.getsockname()[1]}",
            ]
            shared += [
                "--wallet.path",
                str(folder / "wallets"),
                "--wallet.name",
                "local",
                "--neuron.sync_interval",
                "30",
            ]
            axon = ["--axon.ip", "127.0.0.1", "--axon.external_ip", "127.0.0.1", "--axon.port", str(ports["axon"])]
            rules = ["--generation.task_cooldown", "5", "--generation.min_cooldown", "1"]
            weights = ["--validation.scorer", "stand-in@1", "--neuron.weight_set_interval", "60"]
            neurons = []
            for kind, more in (
                ("validator", [*axon, *rules, "--validation.endpoint", url["validation"], *weights]),
                (
                    "miner",
                    ["--generation.endpoint", url["generation"], "--neuron.min_stake_to_set_weights", str(stake)],
                ),
            ):
                mine = ["--wallet.hotkey", kind, "--neuron.http_port", str(ports[kind])]
                child = start(kind, f"neurons/serve_{kind}.py", *shared, *mine, *more)
                neurons.append(Neuron(kind, child, ports[kind], folder / f"{kind}.log"))
            yield ports["node"], gate, neurons
    finally:
        for child in children:
            child.kill()
            child.wait()


def register(port: int, folder: Path) -> float:
    """Give the validator the seat with the most stake and the miner another one; return a stake that no other has."""
    from neurons.chain.subtensor import connect as connect_chain  # noqa: PLC0415  takes seconds

    wait_until(lambda: _answers(port), "the node")
    control(port, "replay_hyper", name="CommitRevealWeightsEnabled", value_hex="0x00")
    chain = connect_chain(f"ws://127.0.0.1:{port}", None, NETUID)
    seats = sorted(chain.snapshot().seats, key=lambda seat: -seat.stake)
    chain.close()
    for kind, uid in (("validator", seats[0].uid), ("miner", MINER_UID)):
        make_wallet(folder / "wallets", "local", kind)
        wallet = open_wallet(WalletSettings(name="local", hotkey=kind, path=folder / "wallets"))
        keys = {"hotkey": wallet.hotkey.ss58_address, "coldkey": wallet.coldkeypub.ss58_address}
        control(port, "replay_register", uid=uid, permit=kind == "validator", stake_rao=10**13, **keys)
    return (seats[0].stake + seats[1].stake) / 2


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def measure(minutes: float, node_script: Path, folder: Path) -> bool:
    """Print the table and return whether both neurons were at work at the end."""
    with processes(folder, node_script) as (port, gate, neurons):
        for neuron in neurons:
            wait_until(lambda neuron=neuron: neuron.ready() == "ready", f"{neuron.kind}: {neuron.log}")  # type: ignore[misc]
        start, report_at = time.monotonic(), 0.0
        print("| minute | faults | validator MB | miner MB | blocks behind | accepted | weights at block |")
        print("|---|---|---|---|---|---|---|")
        for caused, (name, cause) in enumerate(faults(port, gate)):
            at_s = time.monotonic() - start
            if at_s >= report_at or at_s >= minutes * 60:
                memory = [neuron.memory_mb() if neuron.child.poll() is None else 0 for neuron in neurons]
                accepted = neurons[1].count('miner_tasks_total{code="",outcome="accepted"}')
                head = control(port, "replay_log")["block"]
                behind, weights = head - neurons[0].count("chain_block "), neurons[0].count("weights_block ")
                row = (f"{at_s / 60:.1f}", caused, *memory, behind, accepted, weights)
                print("|", " | ".join(map(str, row)), "|", flush=True)
                report_at += minutes * 60 / REPORTS
            if at_s >= minutes * 60 or any(neuron.child.poll() is not None for neuron in neurons):
                break
            print(name, file=sys.stderr)
            cause()
            time.sleep(LASTS_S)
            gate.answer = None
            time.sleep(EVERY_S - LASTS_S)
        for neuron in neurons:
            with contextlib.suppress(TimeoutError):
                wait_until(lambda neuron=neuron: neuron.ready() == "ready", neuron.kind, 150.0)  # type: ignore[misc]
        after = neurons[1].count('miner_tasks_total{code="",outcome="accepted"}')
        states = [f"{neuron.kind}: {neuron.ready()}" for neuron in neurons]
        statuses = []
        for neuron in neurons:
            neuron.child.send_signal(signal.SIGTERM)
            statuses.append(neuron.child.wait(40))
        print(f"afterwards {', '.join(states)}; {after} results accepted; exit statuses after SIGTERM: {statuses}")
        at_work = statuses == [0, 0] and all(state.endswith(": ready") for state in states)
        for neuron in [] if at_work else neurons:
            print(neuron.log.read_text()[-4000:])
        return at_work


def main() -> int:
    """Run the benchmark; return 0 if both neurons were at work at the end."""
    parser = FlagParser(description="A miner and a validator on a node with a fault every ten seconds.")
    parser.add_argument("--minutes", type=POSITIVE, default=60.0)
    parser.add_argument("--node", type=Path, default=ROOT.parent / "shared/chain/replay_node.py")
    args = parser.parse_args()
    load_sdk()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(args.minutes, args.node.resolve(), Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
