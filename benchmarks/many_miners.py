"""Run 256 miners against one validator over real axons for ten minutes; count lost and doubly paid results, time calls.

python -m benchmarks.many_miners [--miners 256] [--minutes 10] [--cooldown 20]

The validator is the real program on a devnet; only the scores come from a stub, so that this measures the validator and
not CLIP. The miners are simulated in this process, with real keys, signatures and connections. Like real ones, some
send a result twice, and some disconnect before the reply and send again. At its end each compares the replies with the
validator's count of its accepted results.
"""

from __future__ import annotations

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

from benchmarks.timing import process_cpu_s
from mocks.network import HTTP, as_arguments
from mocks.processes import drain, free_port, start
from mocks.stand_in import SCORER, served, stand_in
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.wallets import make_wallet
from neurons.messages import SubmitReply, Task
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import CallRefusedError, Peer, PeerError
from serving.arguments import COUNT, POSITIVE, FlagParser

ASSET_BYTES = 300_000  # half of what the procedural generator sends
TWICE, HANG_UP = 0.1, 0.05
MB = 1 << 20


@dataclass
class Tally:
    """Totals over all miners: seconds of each call, refusals by status, discrepancies by kind."""

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
    """One miner; `paid` holds the tasks that the validator accepted."""

    keypair: Any
    tally: Tally
    dice: random.Random
    paid: set[str] = field(default_factory=set)
    last_count: int = 0

    async def work(self, peer: Peer, netuid: int, until: float) -> None:
        """Pull and submit until `until`."""
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
        reply = await self._submit(dendrite, peer, task, results)
        if reply is not None and self.dice.random() < TWICE:
            self.tally.repeated += 1
            again = await self._submit(dendrite, peer, task, results)
            self.tally.differing += again is not None and again != reply
        self.tally.tasks += 1
        if reply is None:
            self.tally.lost += 1
        elif reply.task_fidelity_score > 0:
            self.paid.add(task.id)
            self.tally.accepted += 1
            self.last_count = reply.generations_within_8_hours

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
        """Compare the accepted tasks with the validator's count in its last reply."""
        self.tally.lost += max(0, len(self.paid) - self.last_count)
        self.tally.paid_twice += max(0, self.last_count - len(self.paid))


def seats(devnet: Path, miners: list[Any], folder: Path) -> str:
    """Create the devnet, register everybody, and return the validator's hotkey."""
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
    """Return the resident memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / MB


def axon_port(arguments: list[str]) -> int:
    """Return the axon's port from a validator's arguments."""
    return int(arguments[arguments.index("--axon.port") + 1])


async def measure(miners: int, minutes: float, cooldown: float, folder: Path) -> None:
    """Start the validator, run the miners and print the rows."""
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
    """Run all miners at once; print their totals and the validator's use of CPU and memory."""
    tally, memory = Tally(), [rss(pid)]
    crowd = [SimulatedMiner(key, tally, random.Random(i)) for i, key in enumerate(keys)]
    started, used = time.monotonic(), process_cpu_s(pid)
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
    print(f"\nrefusals, each retried: {dict(tally.refusals) or 'none'}")
    quarter = max(1, len(memory) // 4)
    early, late = statistics.mean(memory[quarter : 2 * quarter]), statistics.mean(memory[-quarter:])
    print(f"validator: {1000 * (process_cpu_s(pid) - used) / calls:.1f} ms of CPU a call")
    print(
        f"memory: {early:.0f} MB in the second quarter, {late:.0f} MB in the last ({100 * (late / early - 1):+.1f} %)"
    )


def main() -> None:
    """Run the benchmark."""
    parser = FlagParser(description="Many simulated miners on one validator.")
    parser.add_argument("--miners", type=COUNT, default=256)
    parser.add_argument("--minutes", type=POSITIVE, default=10.0)
    parser.add_argument("--cooldown", type=POSITIVE, default=20.0, help="seconds from pull to pull (20)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(args.miners, args.minutes, args.cooldown, Path(folder)))


if __name__ == "__main__":
    main()
