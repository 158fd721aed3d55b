"""256 miners on one validator over real axons, for ten minutes: is anything lost or paid twice, how long does it take?

python -m benchmarks.many_miners [--miners 256] [--minutes 10] [--cooldown 20]

The validator is the real program on a devnet; only the scores come from a stand-in, so that what is measured is the
validator and not CLIP. The miners are simulated in this process, with real keys, signatures and connections, and are as
careless as real ones: some send a result twice, some hang up on the reply and send again. Each compares at its end what
it was told with what the validator says it has accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import random
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bittensor_wallet import Keypair

from mocks.network import HTTP, as_arguments
from mocks.processes import drain, free_port, start
from mocks.stand_in import SCORER, served, stand_in
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.wallets import make_wallet
from neurons.messages import SubmitReply, Task
from neurons.miner.dendrite import Dendrite
from neurons.miner.peers import CallRefusedError, Peer, PeerError

ASSET_BYTES = 300_000  # half of what the procedural generator sends
TWICE, HANG_UP = 0.1, 0.05
MB = 1 << 20


@dataclass
class Tally:
    """What all miners saw. Seconds of each call; refusals by status; discrepancies by kind."""

    pulls: list[float] = field(default_factory=list)
    submits: list[float] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    tasks: int = 0
    accepted: int = 0
    lost: int = 0
    paid_twice: int = 0
    repeated: int = 0
    differing: int = 0


@dataclass
class SimulatedMiner:
    """One miner; `paid` holds the tasks it was told are accepted."""

    keypair: Any
    tally: Tally
    dice: random.Random
    paid: set[str] = field(default_factory=set)
    last_told: int = 0

    async def work(self, peer: Peer, netuid: int, until: float) -> None:
        """Pulls and submits until then."""
        async with Dendrite(self.keypair, netuid) as dendrite:
            await asyncio.sleep(self.dice.uniform(0, 10))
            while time.monotonic() < until:
                try:
                    started = time.monotonic()
                    answer = await dendrite.pull(peer)
                    self.tally.pulls.append(time.monotonic() - started)
                except PeerError as error:
                    await self._back_off(error)
                    continue
                if answer.task is None:
                    await asyncio.sleep(max(0.2, answer.cooldown_until - time.time()) + self.dice.uniform(0, 1))
                    continue
                await asyncio.sleep(self.dice.uniform(0.2, 3.0))
                await self._deliver(dendrite, peer, answer.task)

    async def _deliver(self, dendrite: Dendrite, peer: Peer, task: Task) -> None:
        results = base64.b64encode(self.dice.randbytes(ASSET_BYTES)).decode()
        if self.dice.random() < HANG_UP:
            self.tally.repeated += 1
            with contextlib.suppress(TimeoutError, PeerError):
                await asyncio.wait_for(dendrite.submit(peer, task, results), self.dice.uniform(0.01, 0.3))
        told = await self._submit(dendrite, peer, task, results)
        if told is not None and self.dice.random() < TWICE:
            self.tally.repeated += 1
            again = await self._submit(dendrite, peer, task, results)
            self.tally.differing += again is not None and again != told
        self.tally.tasks += 1
        if told is None:
            self.tally.lost += 1
        elif told.task_fidelity_score > 0:
            self.paid.add(task.id)
            self.tally.accepted += 1
            self.last_told = told.generations_within_8_hours

    async def _submit(self, dendrite: Dendrite, peer: Peer, task: Task, results: str) -> SubmitReply | None:
        for _ in range(20):
            try:
                started = time.monotonic()
                answer = await dendrite.submit(peer, task, results)
                self.tally.submits.append(time.monotonic() - started)
            except PeerError as error:
                await self._back_off(error)
            else:
                if not answer.validation_failed:
                    return answer
                self.tally.refusals["validator_fault"] += 1
                await asyncio.sleep(max(0.5, answer.cooldown_until - time.time()))
        return None

    async def _back_off(self, error: PeerError) -> None:
        kind = str(error.status) if isinstance(error, CallRefusedError) else type(error).__name__
        self.tally.refusals[kind] += 1
        await asyncio.sleep((error.retry_after_s or 1.0) * self.dice.uniform(1.0, 1.5))

    def settle(self) -> None:
        """Compares what was told with what the validator counted by the last accepted result."""
        self.tally.lost += max(0, len(self.paid) - self.last_told)
        self.tally.paid_twice += max(0, self.last_told - len(self.paid))


def seats(devnet: Path, miners: list[Any], folder: Path) -> str:
    """Makes the devnet and gives everybody a seat; the validator's hotkey."""
    rules = Rules(
        block_time_s=0.05,
        tempo=50,
        max_seats=512,
        registrations_per_block=64,
        registrations_per_tempo=4096,
        serve_rate_limit=1,
        allow_loopback=True,
    )
    Ledger.create(devnet, rules, time.time())
    validator = make_wallet(folder / "wallets", "local", "validator")
    for hotkey in [validator, *(miner.ss58_address for miner in miners)]:
        chain = Devnet(devnet, hotkey)
        chain.fund(hotkey, 10.0)
        assert chain.register(hotkey).ok
        if hotkey == validator:
            assert chain.set_stake(5000.0).ok
        chain.close()
    return validator


def rss(pid: int) -> float:
    """Resident memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / MB


def cpu(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def axon_port(arguments: list[str]) -> int:
    """The axon's port among a validator's arguments."""
    return int(arguments[arguments.index("--axon.port") + 1])


async def measure(miners: int, minutes: float, cooldown: float, folder: Path) -> None:
    """Runs it all and prints the rows."""
    keys = [Keypair.create_from_uri(f"//miner{i}") for i in range(miners)]
    devnet = folder / "devnet.db"
    hotkey = await asyncio.to_thread(seats, devnet, keys, folder)
    async with served(stand_in()) as scores:
        flags = as_arguments(
            {
                "subtensor.network": "devnet",
                "devnet.path": str(devnet),
                "wallet.path": str(folder / "wallets"),
                "wallet.name": "local",
                "wallet.hotkey": "validator",
                "neuron.state_dir": str(folder / "state"),
                "axon.ip": "127.0.0.1",
                "axon.external_ip": "127.0.0.1",
                "axon.port": free_port(),
                "validation.endpoint": scores,
                "validation.scoring.scorer": SCORER,
                "generation.task_cooldown": cooldown,
                "generation.min_cooldown": 1,
            }
        )
        service = start("validator", "neurons/serve_validator.py", flags, folder / "validator.log", HTTP)
        try:
            await asyncio.to_thread(service.await_ready)
            await run_miners(service.process.pid, Peer(hotkey, "127.0.0.1", axon_port(flags), 5000.0), keys, minutes)
        finally:
            await asyncio.to_thread(drain, service.process)


async def run_miners(pid: int, peer: Peer, keys: list[Any], minutes: float) -> None:
    """All miners at once; prints what they saw and what the validator used."""
    tally, memory = Tally(), [rss(pid)]
    crowd = [SimulatedMiner(key, tally, random.Random(i)) for i, key in enumerate(keys)]
    started, used = time.monotonic(), cpu(pid)
    until = started + minutes * 60
    work = asyncio.gather(*(miner.work(peer, 17, until) for miner in crowd))
    while not work.done():
        await asyncio.wait([work], timeout=15)
        memory.append(rss(pid))
    work.result()
    seconds = time.monotonic() - started
    for miner in crowd:
        miner.settle()
    print(f"| miners | minutes | tasks | accepted | repeated | lost | paid twice | differing replies |\n{'|---' * 8}|")
    print(
        f"| {len(keys)} | {seconds / 60:.1f} | {tally.tasks} | {tally.accepted} | {tally.repeated} | {tally.lost} "
        f"| {tally.paid_twice} | {tally.differing} |\n"
    )
    print("| call | calls | median ms | p99 ms | largest ms |\n|---|---|---|---|---|")
    for name, values in (("pull", tally.pulls), ("submit, verdict included", tally.submits)):
        ranked = sorted(values)
        p99 = ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))]
        row = (statistics.median(ranked), p99, ranked[-1])
        print(f"| {name} | {len(ranked)} | " + " | ".join(f"{1000 * value:.0f}" for value in row) + " |")
    calls = len(tally.pulls) + len(tally.submits)
    print(f"\nrefusals, answered by coming back: {dict(tally.refusals) or 'none'}")
    quarter = max(1, len(memory) // 4)
    early, late = statistics.mean(memory[quarter : 2 * quarter]), statistics.mean(memory[-quarter:])
    print(f"validator: {1000 * (cpu(pid) - used) / calls:.1f} ms of processor a call")
    print(
        f"memory: {early:.0f} MB in the second quarter, {late:.0f} MB in the last ({100 * (late / early - 1):+.1f} %)"
    )


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description="Many simulated miners on one validator.")
    parser.add_argument("--miners", type=int, default=256)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cooldown", type=float, default=20.0, help="seconds from pull to pull (20)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(args.miners, args.minutes, args.cooldown, Path(folder)))


if __name__ == "__main__":
    main()
