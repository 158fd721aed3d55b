"""Time a snapshot of the subnet, computing the weights, and one whole round of setting them, for many seats.

python -m benchmarks.seats [--rounds 5] [--seats 256 1024]

This runs on the devnet with blocks of 50 ms; every seat except the validator's is a miner with a record of eight full
hours. On the real chain a snapshot takes as long as its node needs: 1.3 to 7 s were measured for 1024 seats
(docs/running_validator.md).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.timing import median_s
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.worker import ChainWorker, Deadlines
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.rewards import compute_weights
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.weights import WeightRules, WeightSetter
from serving.arguments import COUNT, FlagParser

BLOCK_S = 0.05
ACCEPTED = 240
"""Results of eight hours at the ordinary cooldown of 120 s."""


class Clock:
    """A clock that runs and, while a devnet is created, also leaps."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self.ahead

    def leap(self, seconds: float) -> None:
        """Move the clock forward."""
        self.ahead += seconds


def populated(path: Path, seats: int, clock: Clock) -> None:
    """Create a devnet whose seat 0 may set weights."""
    rules = Rules(
        block_time_s=BLOCK_S, tempo=20, max_seats=seats, registrations_per_block=seats, registrations_per_tempo=seats,
        weights_rate_limit=1, immunity_blocks=10**9, burn=0.0,
    )  # fmt: skip
    Ledger.create(path, rules, clock.now())
    for uid in range(seats):
        chain = Devnet(path, f"hotkey-{uid}", now=clock.now, sleep=clock.leap)
        if uid == 0:
            chain.fund("cold", 1.0)
        if not chain.register("cold").ok or (uid == 0 and not chain.set_stake(5000.0).ok):
            raise SystemExit("the devnet refused a registration or stake")
        chain.close()
    clock.leap(BLOCK_S * rules.tempo * 2)  # the epoch that gives the permit


async def set_weights(path: Path, records: list[MinerRecord], clock: Clock) -> float:
    """Return the seconds of one round: due, snapshot, weights, call, read back.

    Raises SystemExit if the weights were not confirmed.
    """
    worker = ChainWorker(lambda: Devnet(path, "hotkey-0", now=clock.now), Deadlines(), time.monotonic)
    rules = TaskRules()
    setter = WeightSetter(
        worker, "hotkey-0", WeightRules(1, 1000.0, 10_000),
        lambda snapshot: compute_weights(records, snapshot, clock.now(), rules), lambda: True,
    )  # fmt: skip
    started = time.perf_counter()
    await setter.consider(10**6)
    took = time.perf_counter() - started
    await worker.close()
    if setter.confirmed is None:
        raise SystemExit(f"no weights were set: {setter.held_back}")
    return took


def main() -> None:
    """Print the table."""
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=COUNT, default=5)
    parser.add_argument("--seats", type=COUNT, nargs="+", default=[256, 1024])
    args = parser.parse_args()
    print("| seats | snapshot ms | weights ms | set and read back ms, a block's wait of up to 50 ms included |")
    print("|---|---|---|---|")
    for seats in args.seats:
        with tempfile.TemporaryDirectory() as folder:
            print(row(seats, args.rounds, Path(folder) / "devnet.db"))


def row(seats: int, rounds: int, path: Path) -> str:
    """Measure one line of the table."""
    clock = Clock()
    populated(path, seats, clock)
    now = clock.now()
    accepted = tuple(now - 28_000 + 110 * number for number in range(ACCEPTED))
    records = [MinerRecord(f"hotkey-{uid}", accepted_at=accepted) for uid in range(1, seats)]
    chain = Devnet(path, "hotkey-0", now=clock.now)
    snapshot = chain.snapshot()
    look = 1000 * median_s(chain.snapshot, rounds)
    weigh = 1000 * median_s(lambda: compute_weights(records, snapshot, now, TaskRules()), rounds)
    whole = []
    for _ in range(rounds):
        clock.leap(BLOCK_S * 5)
        whole.append(asyncio.run(set_weights(path, records, clock)))
    chain.close()
    return f"| {seats} | {look:.1f} | {weigh:.1f} | {1000 * statistics.median(whole):.0f} |"


if __name__ == "__main__":
    main()
