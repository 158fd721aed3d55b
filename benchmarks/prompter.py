"""Time the prompt collector: submissions as its file grows to ten million prompts, and fetches of 100,000.

    python -m benchmarks.prompter [--prompts 10000000] [--folder DIR]

Medians; nothing else should run on the machine. The file grows by real submissions of 1,000 prompts and is removed at
the end. Prints Markdown rows for docs/benchmarks.md.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
import resource
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import bittensor_wallet
import httpx

from neurons.chain.contract import Seat, Snapshot
from neurons.validator.prompts import CollectorClient, fetch
from prompter.collector.app import create_app
from prompter.collector.backups import back_up
from prompter.collector.policy import FetchPolicy
from prompter.collector.settings import CollectorSettings
from prompter.collector.store import PromptStore, connect
from prompter.generator.grammar import load_grammar
from serving.arguments import COUNT, FlagParser
from serving.server import bind, server_for
from serving.settings import ShellSettings

BATCH = 1000
MARKS = (100_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
ROUNDS = 50
"""Submissions timed at each mark."""
ANSWERS = 7
KEY = bittensor_wallet.Keypair.create_from_uri("//Alice")


class OneValidator:
    """A subnet with Alice as its only neuron."""

    def snapshot(self) -> Snapshot:
        """Return her seat."""
        return Snapshot(17, 1, (Seat(0, KEY.ss58_address, "cold", 5000.0, 0.0, True, 0, "", 0),))

    def close(self) -> None:
        """Do nothing."""


def batches() -> Iterator[list[str]]:
    """Yield batches of prompts of the grammar, each made unique by a number."""
    grammar, rng, number = load_grammar(), random.Random(1), 0
    pool = [grammar.prompt(grammar.categories[i % 13], rng) for i in range(20_000)]
    while True:
        yield [f"{pool[(number + i) % len(pool)]} {number + i:x}" for i in range(BATCH)]
        number += BATCH


def timed_ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def floor_ms(folder: Path, source: Iterator[list[str]]) -> float:
    """Return the median to insert the same rows into a bare table, in one durable transaction."""
    with contextlib.closing(connect(folder / "floor.db")) as db:
        db.execute("CREATE TABLE bare(text TEXT)")

        def insert(batch: list[str]) -> None:
            with db:
                db.execute("BEGIN IMMEDIATE")
                db.executemany("INSERT INTO bare VALUES(?)", ((text,) for text in batch))

        return statistics.median(timed_ms(partial(insert, next(source))) for _ in range(ROUNDS))


def grow(store: PromptStore, source: Iterator[list[str]], last: int, floor: float) -> None:
    """Submit up to `last` prompts and print a row at each mark."""
    print("| prompts in the file | submit, ms | worst of 50, ms | to the floor | file, MB |\n|---|---|---|---|---|")
    print(f"| bare table, 1,000 rows (the floor) | {floor:.1f} | | 1.0 | |", flush=True)
    for mark in (mark for mark in MARKS if mark <= last):
        while store.count < mark - ROUNDS * BATCH:
            store.submit("key", None, next(source))
        times = [timed_ms(partial(store.submit, "key", None, next(source))) for _ in range(ROUNDS)]
        size = sum(path.stat().st_size for path in store.path.parent.glob(f"{store.path.name}*")) / 1e6
        middle = statistics.median(times)
        print(f"| {store.count:,} | {middle:.1f} | {max(times):.1f} | {middle / floor:.1f} | {size:,.0f} |", flush=True)


def answers(path: Path) -> None:
    """Time signed fetches of 100,000 prompts over HTTP, and the same as a validator reads and cleans them."""
    settings = CollectorSettings(shell=ShellSettings(port=0), db=path, fetches_per_hour=1000)
    app = create_app(settings, FetchPolicy(OneValidator, min_stake=1000.0))
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = server_for(app, 5.0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    collector = CollectorClient(url, KEY.ss58_address, lambda m: base64.b64encode(KEY.sign(m)).decode(), time.time_ns)
    for compressed in (True, False):
        times, size = [], 0
        for _ in range(ANSWERS):
            started = time.perf_counter()
            headers = {"Accept-Encoding": "gzip" if compressed else "identity"}
            with httpx.stream(
                "POST", f"{url}/get", json=collector.build_request(), headers=headers, timeout=60, trust_env=False
            ) as answer:
                body = b"".join(answer.iter_raw())
            times.append(time.perf_counter() - started)
            size = len(body)
        kind = "gzip" if compressed else "plain"
        print(f"| answer, {kind} | {statistics.median(times):.3f} | {max(times):.3f} | {size / 1e6:.2f} |", flush=True)

    async def validators() -> float:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            started = time.perf_counter()
            batch = await fetch(collector, client)
            assert len(batch.prompts) == settings.fetch_limit
            return time.perf_counter() - started

    times = [asyncio.run(validators()) for _ in range(ANSWERS)]
    print(f"| the same, read and cleaned by the validator | {statistics.median(times):.3f} | {max(times):.3f} | |")
    server.should_exit = True
    thread.join()


def floor_of_answers(path: Path) -> None:
    """Time SQLite alone reading the 100,000 newest texts."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        query = "SELECT id, text FROM prompts ORDER BY id DESC LIMIT 100000"
        times = [timed_ms(lambda: db.execute(query).fetchall()) / 1e3 for _ in range(ANSWERS)]
    print(f"| SQLite alone reads them (the floor) | {statistics.median(times):.3f} | {max(times):.3f} | |")


def main() -> None:
    parser = FlagParser(description="Time the prompt collector.")
    parser.add_argument("--prompts", type=COUNT, default=10_000_000, help="how far the file grows (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where to create the file, 2 GB for ten million")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        path, source = Path(name) / "collector.db", batches()
        store = PromptStore(path, max_prompts=2 * args.prompts)
        grow(store, source, args.prompts, floor_ms(Path(name), source))
        store.close()
        opening = timed_ms(lambda: PromptStore(path).close()) / 1e3
        print("\n| 100,000 prompts | s | worst, s | MB |\n|---|---|---|---|")
        floor_of_answers(path)
        answers(path)
        backup = timed_ms(lambda: back_up(path, time.time())) / 1e3
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(f"\nOpening the file: {opening:.2f} s. A backup: {backup:.1f} s. Peak memory: {peak:,.0f} MB.")


if __name__ == "__main__":
    main()
