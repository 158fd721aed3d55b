"""Kill a validator's desk at random moments and check that no acknowledged task or result is lost.

python -m benchmarks.kills [--kills 200] [--seed 8]

A forked process assigns tasks to four miners at once, accepts their results, and prints each acknowledgement. SIGKILL
follows after a random number of lines. Then the state is reopened and compared with every line printed so far.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.desks import make_desk
from neurons.messages import SubmitReply, SubmitRequest
from neurons.validator.tasks.desk import Desk
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.state import Store
from neurons.validator.tasks.trust import Identity
from validation.schemas import Fingerprint, ValidateResponse

ME = Identity(17, "validator", lambda *_: True)


async def judge(_prompt: str, data: str, seed: int) -> ValidateResponse:
    """Give every asset a high score and a fingerprint of its own."""
    bytes_ = hashlib.shake_256(data.encode()).digest(96)
    fingerprint = Fingerprint(digest=bytes_[:32].hex(), embedding=[float(byte) for byte in bytes_[32:]])
    return ValidateResponse(
        score=0.9, alignment=0.9, quality=1, parts={}, scorer="three-gen-small@1+fp32", seed=seed,
        fingerprint=fingerprint, preview=None,
    )  # fmt: skip


async def accept(desk: Desk, name: str, pipe: int) -> None:
    """Play one miner after the other, endlessly; write each line once the desk has answered."""
    for number in itertools.count():
        hotkey = f"{name}-{number}"
        pulled = await desk.pull(hotkey)
        assert pulled.task is not None
        os.write(pipe, f"task {hotkey} {pulled.task.id}\n".encode())
        asset = base64.b64encode(hotkey.encode()).decode()
        reply = await desk.submit(hotkey, SubmitRequest(pulled.task.id, pulled.task.prompt, asset, 7, "signed"))
        os.write(pipe, f"reply {hotkey} {reply.to_json()}\n".encode())


def fork(folder: Path, kill: int) -> tuple[int, int]:
    """Fork the desk's process; return its id and the readable end of its pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading

    async def main() -> None:
        desk = make_desk(folder, ME, judge)
        await asyncio.gather(*(accept(desk, f"miner-{kill}-{worker}", writing) for worker in range(4)))

    try:
        asyncio.run(main())
    finally:
        os._exit(1)  # in case it ends before it is killed


def lost(folder: Path, lines_seen: list[str]) -> list[str]:
    """Return the lines that the state does not confirm."""
    store = Store(folder)
    records = {record.hotkey: record for record in store.records()}
    store.close()
    return [line for line in lines_seen if not is_confirmed(records, *line.split(" ", 2))]


def is_confirmed(records: dict[str, MinerRecord], kind: str, hotkey: str, rest: str) -> bool:
    """Check that a record has the task, or the exact reply and the accepted result once."""
    record = records.get(hotkey)
    if record is None:
        return False
    if kind == "task":
        return rest in {one.id for one in (record.task, *record.closed) if one}
    accepted = SubmitReply.from_json(rest).generations_within_8_hours
    return [one.reply for one in record.closed] == [rest] and len(record.accepted_at) == accepted == 1


def main() -> None:
    """Print one row. Exit with status 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=8)
    args = parser.parse_args()
    chance, lines_seen, missing = random.Random(args.seed), [], 0
    with tempfile.TemporaryDirectory() as name:
        for kill in range(args.kills):
            child, pipe = fork(Path(name), kill)
            with os.fdopen(pipe, encoding="utf-8") as reader:
                lines = [reader.readline() for _ in range(chance.randrange(1, 40))]
                time.sleep(chance.random() * 0.01)
                os.kill(child, signal.SIGKILL)
                lines += reader.readlines()
            os.waitpid(child, 0)
            lines_seen += [line.rstrip("\n") for line in lines if line.endswith("\n")]
            missing = len(lost(Path(name), lines_seen))
    replies = sum(line.startswith("reply") for line in lines_seen)
    print("| kills | tasks acknowledged | results acknowledged | lost |\n|---|---|---|---|")
    print(f"| {args.kills} | {len(lines_seen) - replies} | {replies} | {missing} |")
    sys.exit(missing > 0)


if __name__ == "__main__":
    main()
