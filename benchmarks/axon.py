"""Measure pulls per second and CPU per pull of the validator's axon and of the unmodified SDK axon, in one run.

python -m benchmarks.axon [--rounds 3] [--requests 2000] [--concurrent 1 16 64]

Each axon runs in its own process, and so does each of two clients. The clients sign every request as the SDK's dendrite
does and keep their connections open. The validator's axon does all its work: it checks registration and signature,
writes the nonce to disk and looks up the miner's open task. The SDK's verifies in memory and returns a constant.
"""

import argparse
import asyncio
import multiprocessing
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
from bittensor_wallet import Keypair
from pydantic import BaseModel

from benchmarks.desks import make_desk
from benchmarks.timing import process_cpu_s
from neurons.chain.contract import Seat, Snapshot
from neurons.chain.opening import load_sdk
from neurons.chain.signing import verify
from neurons.services.validation import Fault
from neurons.validator.axon.handlers import Handlers
from neurons.validator.axon.listening import axon_server
from neurons.validator.tasks.trust import Identity
from neurons.wire.axon import Axon
from neurons.wire.headers import NO_FIELDS_HASH
from neurons.wire.senders import SenderRules
from neurons.wire.synapses import PullTask
from serving.arguments import COUNT, FlagParser
from serving.server import bind

SDK_VERSION = 10_005_000


@dataclass(frozen=True)
class Measured:
    """One round at one axon."""

    per_s: float
    server_ms: float
    p50_ms: float
    p99_ms: float


def keypair(name: str) -> Any:
    return Keypair.create_from_uri(f"//{name}")


@dataclass(frozen=True)
class FixedWallet:
    """The parts of a wallet that an axon reads."""

    hotkey: Any
    coldkeypub: Any


def serve_stock(ready: Connection, _miners: list[str]) -> None:
    """Serve the SDK's axon with the SDK's own synapse class, for any signer."""
    load_sdk()
    from bittensor import Axon as StockAxon  # noqa: PLC0415  the other axon does without
    from bittensor import Synapse as StockSynapse  # noqa: PLC0415

    class Task(BaseModel):
        id: str = ""
        prompt: str = ""

    class StockPull(StockSynapse):  # type: ignore[misc]
        task: Task | None = None
        submit_before: int = 0
        cooldown_until: int = 0
        cooldown_violations: int = 0

    StockPull.__name__ = "PullTask"

    async def pull(synapse: StockPull) -> StockPull:
        synapse.task = Task(id="0123456789abcdef012345", prompt="a red car")
        synapse.submit_before = int(time.time()) + 600
        return synapse

    pull.__annotations__ = {"synapse": StockPull, "return": StockPull}
    port = free_port()
    wallet: Any = FixedWallet(keypair("Victor"), keypair("Victor"))
    axon = StockAxon(wallet, port=port, ip="127.0.0.1", external_ip="127.0.0.1")
    axon.fast_config.host = "127.0.0.1"
    axon.attach(pull)
    axon.start()
    ready.send(port)
    ready.recv()
    os._exit(0)


def serve_ours(ready: Connection, miners: list[str]) -> None:
    """Serve the validator's axon with its desk and its state on disk."""
    me = keypair("Victor")

    async def judge(*_: object) -> Fault:
        return Fault("this benchmark judges nothing")

    async def main(folder: str) -> None:
        desk = make_desk(Path(folder), Identity(17, me.ss58_address, verify), judge)
        listener = bind("127.0.0.1", 0)
        port = listener.getsockname()[1]
        handlers = Handlers(desk, 30, lambda: "", lambda *_: None)
        senders = SenderRules(me.ss58_address, handlers.store_nonce, None)
        seats = (Seat(i, hotkey, "cold", 0.0, 0.0, False, 0, "0.0.0.0", 0) for i, hotkey in enumerate(miners))
        senders.snapshot = Snapshot(17, 1, tuple(seats))
        axon = Axon(handlers.by_message(), senders, desk.state.may_send_large, lambda _code: None)
        async with axon_server(axon, listener, 1.0):
            ready.send(port)
            await asyncio.to_thread(ready.recv)
        os._exit(0)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(folder))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Caller:
    """One miner: signs each pull and waits for its reply."""

    def __init__(self, key: Any, validator: str, number: int) -> None:
        self._key, self._validator, self._uuid, self._hash = key, validator, f"process-{number}", NO_FIELDS_HASH
        self._body = PullTask().model_dump_json(exclude_defaults=True)
        self._fixed = {
            "content-type": "application/json",
            "name": "PullTask",
            "timeout": "12.0",
            "computed_body_hash": NO_FIELDS_HASH,
            "bt_header_dendrite_version": str(SDK_VERSION),
            "bt_header_dendrite_hotkey": key.ss58_address,
            "bt_header_dendrite_uuid": self._uuid,
            "bt_header_axon_hotkey": validator,
        }

    async def pulls(self, session: aiohttp.ClientSession, url: str, count: int) -> list[float]:
        """Make `count` pulls one after the other and return the seconds of each."""
        return [await self.pull(session, url) for _ in range(count)]

    async def pull(self, session: aiohttp.ClientSession, url: str) -> float:
        """Return the seconds of one pull. Raises SystemExit if the reply has no task."""
        nonce = time.time_ns()
        message = f"{nonce}.{self._key.ss58_address}.{self._validator}.{self._uuid}.{self._hash}"
        signed = {"bt_header_dendrite_nonce": str(nonce)}
        signed["bt_header_dendrite_signature"] = "0x" + self._key.sign(message.encode()).hex()
        started = time.perf_counter()
        async with session.post(f"{url}/PullTask", data=self._body, headers={**self._fixed, **signed}) as answer:
            reply = await answer.json()
            if answer.status != 200 or reply["task"]["prompt"] != "a red car":
                raise SystemExit(f"the axon answered {answer.status}: {reply}")
        return time.perf_counter() - started


async def call(port: int, validator: str, numbers: list[int], count: int) -> list[float]:
    """Make `count` pulls for each of these miners, all at once, and return the seconds of each."""
    callers = [Caller(keypair(f"miner-{number}"), validator, number) for number in numbers]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        url = f"http://127.0.0.1:{port}"
        found = await asyncio.gather(*(caller.pulls(session, url, count) for caller in callers))
    return [latency for latencies in found for latency in latencies]


def call_in_process(port: int, validator: str, numbers: list[int], count: int) -> list[float]:
    """Run `call` in a client process."""
    return asyncio.run(call(port, validator, numbers, count))


def drive(clients: Any, port: int, pid: int, concurrent: int, requests: int) -> Measured:
    """Make `requests` pulls, `concurrent` at once, from two client processes (one for one caller)."""
    validator = keypair("Victor").ss58_address
    shares = [share for share in (list(range(0, concurrent, 2)), list(range(1, concurrent, 2))) if share]

    def work(count: int) -> list[float]:
        found = clients.starmap(call_in_process, [(port, validator, share, count) for share in shares], 1)
        return [latency for latencies in found for latency in latencies]

    work(5)  # caches
    cpu, started = process_cpu_s(pid), time.perf_counter()
    latencies = sorted(work(requests // concurrent))
    wall, used = time.perf_counter() - started, process_cpu_s(pid) - cpu
    return Measured(
        len(latencies) / wall,
        1000 * used / len(latencies),
        1000 * statistics.median(latencies),
        1000 * latencies[int(0.99 * (len(latencies) - 1))],
    )


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=COUNT, default=3)
    parser.add_argument("--requests", type=COUNT, default=2000)
    parser.add_argument("--concurrent", type=COUNT, nargs="+", default=[1, 16, 64])
    args = parser.parse_args()
    keys = [keypair(f"miner-{number}") for number in range(max(args.concurrent))]
    axons: dict[str, Callable[[Connection, list[str]], None]] = {
        "SDK as it comes": serve_stock,
        "validator": serve_ours,
    }
    context = multiprocessing.get_context("spawn")
    clients = context.Pool(2)
    running = {}
    for name, serve in axons.items():
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, [key.ss58_address for key in keys]))
        process.start()
        running[name] = (process, ours, ours.recv())
        time.sleep(1)
    print("| axon | concurrent | pulls/s | server CPU ms/pull | p50 ms | p99 ms | CPU, SDK / this |")
    print("|---|---|---|---|---|---|---|")
    for concurrent in args.concurrent:
        rounds: dict[str, list[Measured]] = {name: [] for name in running}
        for _ in range(args.rounds):
            for name, (process, _, port) in running.items():
                rounds[name].append(drive(clients, port, process.pid or 0, concurrent, args.requests))
        base = statistics.median(one.server_ms for one in rounds["SDK as it comes"])
        for name, found in rounds.items():
            middle = {key: statistics.median(getattr(one, key) for one in found) for key in Measured.__annotations__}
            print(
                f"| {name} | {concurrent} | {middle['per_s']:.0f} | {middle['server_ms']:.2f} | {middle['p50_ms']:.1f} "
                f"| {middle['p99_ms']:.1f} | {base / middle['server_ms']:.1f} |"
            )
    clients.terminate()
    for process, pipe, _ in running.values():
        pipe.send("end")
        process.join(10)


if __name__ == "__main__":
    main()
