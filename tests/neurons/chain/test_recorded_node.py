"""The adapter and the SDK against a recorded mainnet node that works, fails or breaks the connection."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from neurons.chain.contract import ChainError, ChainUnavailable
from neurons.chain.opening import load_sdk, open_wallet
from neurons.chain.settings import WalletSettings
from neurons.chain.subtensor import SubtensorChain, connect
from neurons.chain.wallets import make_wallet
from tests.eventually import eventually
from tests.neurons.chain.replay import NETUID, Gateway, ReplayNode, free_port, gateway, replay_node

UID = 5


@pytest.fixture(scope="module")
def running_node(shared_chain: Path) -> Iterator[ReplayNode]:
    load_sdk()
    with replay_node(shared_chain) as node:
        yield node


@pytest.fixture
def node(running_node: ReplayNode) -> ReplayNode:
    running_node.reset()
    return running_node


@pytest.fixture(scope="module")
def wallet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wallets")
    make_wallet(folder, "local", "neuron")
    return folder


@pytest.fixture
def wallet(wallet_folder: Path) -> Any:
    return open_wallet(WalletSettings(name="local", hotkey="neuron", path=wallet_folder))


@pytest.fixture
def chain(node: ReplayNode, wallet: Any) -> Iterator[SubtensorChain]:
    node.register(wallet, UID)
    opened = connect(node.url, wallet, NETUID)
    yield opened
    opened.close()


def port_of(node: ReplayNode) -> int:
    return int(node.url.rpartition(":")[2])


def test_a_full_subnet_is_read_and_written(chain: SubtensorChain, wallet: Any) -> None:
    assert chain.block() > 6_000_000
    assert chain.uid(wallet.hotkey.ss58_address) == UID
    snapshot = chain.snapshot()
    assert len(snapshot.seats) == 1024
    assert snapshot.seats[UID].hotkey == wallet.hotkey.ss58_address
    assert chain.serve_axon("203.0.113.7", 8092).code == "ok"
    assert (chain.snapshot().seats[UID].ip, chain.snapshot().seats[UID].port) == ("203.0.113.7", 8092)


def test_an_error_of_the_node_is_raised_with_its_message(chain: SubtensorChain, node: ReplayNode) -> None:
    node.fail("chain_getHeader", times=2, message="Too Many Requests")
    with pytest.raises(ChainUnavailable, match="get_current_block: Too Many Requests"):
        chain.block()
    assert chain.block()


@pytest.mark.parametrize(
    "method", ["NeuronInfoRuntimeApi_get_neurons_lite", "SubnetInfoRuntimeApi_get_subnet_state", "state_call"]
)
def test_a_snapshot_that_was_read_only_in_part_is_an_error(
    chain: SubtensorChain, node: ReplayNode, method: str
) -> None:
    node.fail(method, times=2, message="Client error: Api called for an unknown Block: State already discarded")
    with pytest.raises(ChainUnavailable, match="State already discarded"):
        chain.snapshot()
    assert len(chain.snapshot().seats) == 1024


def test_a_connection_that_is_dropped_again_is_replaced_by_the_next_call(
    chain: SubtensorChain, node: ReplayNode
) -> None:
    node.fail("chain_getHeader", "drop", times=2)
    with pytest.raises(ChainUnavailable, match="the connection was closed"):
        chain.block()
    assert chain.block()


@pytest.mark.parametrize("kind", ["error", "drop"])
def test_one_fault_of_a_read_is_not_noticed(chain: SubtensorChain, node: ReplayNode, kind: str) -> None:
    node.fail("chain_getHeader", kind, message="Too Many Requests")
    assert chain.block() > 6_000_000


def test_one_fault_while_connecting_is_not_noticed(node: ReplayNode, wallet: Any) -> None:
    for method in ("chain_getHead", "state_getRuntimeVersion", "state_call", "state_getStorageAt"):
        node.fail(method, "drop" if method == "state_call" else "error", message="Too Many Requests")
    connect(node.url, wallet, NETUID).close()


def test_an_extrinsic_is_never_sent_twice(chain: SubtensorChain, node: ReplayNode) -> None:
    node.fail("author_submitAndWatchExtrinsic", "drop", times=9)
    before = node.control("replay_log")["requests"].get("author_submitAndWatchExtrinsic", 0)
    with pytest.raises(ChainUnavailable):
        chain.serve_axon("203.0.113.8", 8092)
    assert node.control("replay_log")["requests"]["author_submitAndWatchExtrinsic"] == before + 1


@pytest.mark.parametrize("kind", ["error", "drop"])
def test_a_fault_while_connecting_is_unavailable_and_leaves_nothing_open(
    node: ReplayNode, wallet: Any, kind: str
) -> None:
    with gateway(port_of(node)) as gate:
        node.fail("state_getStorageAt", kind, times=2, message="Too Many Requests")
        with pytest.raises(ChainUnavailable, match=f"{gate.url}: "):
            connect(gate.url, wallet, NETUID)
        assert sockets_to(gate.port) == 0
        connect(gate.url, wallet, NETUID).close()
        assert sockets_to(gate.port) == 0


def sockets_to(port: int) -> int:
    """Return the number of this process's connected sockets to a loopback port."""
    gc.collect()
    lines = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[2].endswith(f":{port:04X}") and line.split()[3] == "01" for line in lines)


@pytest.mark.parametrize(
    ("status", "message"),
    [("429 Too Many Requests", "HTTP 429"), ("503 Service Unavailable", "HTTP 503"), ("", "valid HTTP response")],
)
def test_a_refused_handshake_is_unavailable(wallet: Any, status: str, message: str) -> None:
    with gateway(0, b"") as gate:
        if status:
            gate.refuse(status)
        with pytest.raises(ChainUnavailable, match=message):
            connect(gate.url, wallet, NETUID)


def test_a_failed_tls_handshake_is_unavailable(wallet: Any) -> None:
    with gateway(0, b"HTTP/1.1 400 Bad Request\r\n\r\n") as gate, pytest.raises(ChainUnavailable, match="SSL"):
        connect(gate.url.replace("ws:", "wss:"), wallet, NETUID)


def test_a_subnet_that_does_not_exist_is_an_error(node: ReplayNode, wallet: Any) -> None:
    with pytest.raises(ChainError, match="no subnet 2: see --netuid") as caught:
        connect(node.url, wallet, 2)
    assert not isinstance(caught.value, ChainUnavailable)


def test_this_machine_is_not_asked_through_a_proxy(
    node: ReplayNode, wallet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    connect(node.url, wallet, NETUID).close()


class Neuron:
    """serve_miner.py or serve_validator.py as a process, on a node."""

    def __init__(self, root: Path, wallets: Path, log: Path, kind: str, url: str, netuid: int = NETUID) -> None:
        self.log = log
        command = [sys.executable, str(root / f"neurons/serve_{kind}.py"), "--netuid", str(netuid)]
        command += ["--wallet.path", str(wallets), "--wallet.name", "local", "--wallet.hotkey", "neuron"]
        command += ["--subtensor.chain_endpoint", url, "--neuron.http_port", "0", "--neuron.name", kind]
        if kind == "validator":
            axon = {"ip": "127.0.0.1", "external_ip": "203.0.113.7", "port": str(free_port())}
            command += [part for name, value in axon.items() for part in (f"--axon.{name}", value)]
        env = {**os.environ, "PYTHONWARNINGS": "ignore"}
        with log.open("wb") as out:
            self.child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)

    def wait_for(self, text: str) -> None:
        eventually(lambda: text in self.log.read_text() or self.child.poll() is not None)
        assert text in self.log.read_text(), self.log.read_text()

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(20)


@pytest.fixture
def neuron(root: Path, wallet_folder: Path, tmp_path: Path) -> Iterator[Any]:
    made: list[Neuron] = []

    def start(kind: str, url: str, netuid: int = NETUID) -> Neuron:
        made.append(Neuron(root, wallet_folder, tmp_path / f"{len(made)}.log", kind, url, netuid))
        return made[-1]

    yield start
    for one in made:
        one.child.kill()
        one.child.wait()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["miner", "validator"])
def test_a_neuron_that_cannot_continue_ends(node: ReplayNode, neuron: Any, kind: str) -> None:
    child = neuron(kind, node.url, netuid=2)
    assert child.child.wait(60) == 1
    assert "the neuron cannot continue: this network has no subnet 2" in child.log.read_text()


@pytest.mark.slow
def test_a_miner_survives_a_gateway_that_refuses(node: ReplayNode, neuron: Any, wallet: Any) -> None:
    node.register(wallet, UID)
    with gateway(port_of(node)) as gate:
        gate.refuse("503 Service Unavailable")
        miner = neuron("miner", gate.url)
        miner.wait_for("HTTP 503")
        recover(gate, miner, "uid 5 on subnet 1")
        node.fail("chain_getHeader", times=3, message="Too Many Requests")
        gate.refuse("429 Too Many Requests")
        miner.wait_for("the chain is unavailable")
        recover(gate, miner, "the chain answers again")
        assert miner.stop() == 0


def recover(gate: Gateway, child: Neuron, text: str) -> None:
    gate.answer = None
    child.wait_for(text)


@pytest.mark.slow
def test_a_validator_ends_on_a_signal_while_it_announces_its_axon(node: ReplayNode, neuron: Any, wallet: Any) -> None:
    node.register(wallet, UID)
    node.fail("author_submitAndWatchExtrinsic", "delay", seconds=300)
    validator = neuron("validator", node.url)
    validator.wait_for("axon on")
    eventually(lambda: node.control("replay_log")["requests"].get("author_submitAndWatchExtrinsic"))
    assert validator.stop() == 0


@pytest.mark.slow
def test_a_validator_that_is_not_registered_waits(node: ReplayNode, neuron: Any) -> None:
    validator = neuron("validator", node.url)
    validator.wait_for("is not registered on subnet 1")
    assert validator.child.poll() is None
    assert validator.stop() == 0
