"""Kill a validator's desk while it judges, and check what its miners got.

python -m benchmarks.kills [--kills 100] [--miners 16] [--seed 8]

A forked process plays the validator and all its miners, who submit without pause; it prints each task, each submission
and each reply. SIGKILL follows after a random number of lines. The next process starts from the state that the last one
left, and every miner sends again what it has got no reply to. After the last kill the open submissions are finished.
Then the state is compared with the lines: a task, a reply or an accepted result that the state does not have is lost, a
result that it counts without a reply is paid twice, and a reply other than "accepted" is a refusal of an honest miner.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.desks import make_desk
from neurons.messages import SubmitReply, SubmitRequest
from neurons.validator.tasks.desk import Desk
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Store
from neurons.validator.tasks.trust import Identity
from serving.arguments import COUNT, SEED, FlagParser
from validation.schemas import Fingerprint, ValidateResponse

ME = Identity(17, "validator", lambda *_: True)
RULES = TaskRules(task_cooldown_s=0.0, min_cooldown_s=0.0)
JUDGING_S = 0.03
"""Longest verdict; a miner's other steps take a few milliseconds, so most kills come while assets are judged."""


async def judge(_prompt: str, data: str, seed: int) -> ValidateResponse:
    """Give every asset a high score and a fingerprint of its own, after a moment."""
    bytes_ = hashlib.shake_256(data.encode()).digest(96)
    await asyncio.sleep(JUDGING_S * bytes_[0] / 255)
    fingerprint = Fingerprint(digest=bytes_[:32].hex(), embedding=[float(byte) for byte in bytes_[32:]])
    return ValidateResponse(
        score=0.9, alignment=0.9, quality=1, parts={}, scorer="three-gen-small@1+fp32", seed=seed,
        fingerprint=fingerprint, preview=None,
    )  # fmt: skip


async def mine(desk: Desk, hotkey: str, waiting: str, pipe: int, *, last: bool) -> None:
    """Play one miner, who first sends the result for the task `waiting` again, if any. The `last` one stops there."""
    while True:
        if not waiting and last:
            return
        if not waiting:
            pulled = await desk.pull(hotkey)
            waiting = pulled.task.id if pulled.task else ""
            os.write(pipe, f"task {hotkey} {waiting or 'none'}\n".encode())
        if waiting:
            asset = base64.b64encode(waiting.encode()).decode()
            os.write(pipe, f"sent {hotkey} {waiting}\n".encode())
            reply = await desk.submit(hotkey, SubmitRequest(waiting, "a red car", asset, 7, "signed"))
            os.write(pipe, f"reply {hotkey} {waiting} {reply.to_json()}\n".encode())
            waiting = ""


def fork(folder: Path, waiting: dict[str, str], *, last: bool = False) -> tuple[int, int]:
    """Fork a process that plays everybody; return its id and the readable end of its pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading

    async def main() -> None:
        desk = make_desk(folder, ME, judge, RULES)
        await asyncio.gather(*(mine(desk, hotkey, task, writing, last=last) for hotkey, task in waiting.items()))

    try:
        asyncio.run(main())
    finally:
        os._exit(1)  # in case it ends before it is killed


@dataclass
class Ledger:
    """Collects the printed lines: the task whose reply each miner waits for, and all replies by hotkey and task."""

    waiting: dict[str, str]
    tasks: int = 0
    cut_off: int = 0
    refused: int = 0
    replies: dict[tuple[str, str], SubmitReply] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """Take a line into account."""
        kind, hotkey, rest = line.split(" ", 2)
        if kind == "task":
            self.tasks += 1
            self.refused += rest == "none"
            self.waiting[hotkey] = "" if rest == "none" else rest
        elif kind == "reply":
            task, _, text = rest.partition(" ")
            self.waiting[hotkey] = ""
            self.replies[hotkey, task] = reply = SubmitReply.from_json(text)
            self.refused += reply.task_fidelity_score != 1.0

    def compare(self, folder: Path) -> tuple[int, int]:
        """Return how many acknowledged results the state lacks, and how many it counts that nobody has a reply to."""
        store = Store(folder)
        counted = {record.hotkey: len(record.accepted_at) for record in store.records()}
        store.close()
        accepted = Counter(hotkey for (hotkey, _), reply in self.replies.items() if reply.task_fidelity_score > 0)
        gaps = [accepted[hotkey] - counted.get(hotkey, 0) for hotkey in self.waiting]
        return sum(max(0, gap) for gap in gaps), sum(max(0, -gap) for gap in gaps)


def main() -> None:
    """Print one row. Exit with status 1 if anything was lost, paid twice or refused."""
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=COUNT, default=100)
    parser.add_argument("--miners", type=COUNT, default=16)
    parser.add_argument("--seed", type=SEED, default=8)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    ledger = Ledger({f"miner-{number}": "" for number in range(args.miners)})
    with tempfile.TemporaryDirectory() as name:
        for kill in range(args.kills + 1):
            last = kill == args.kills
            child, pipe = fork(Path(name), ledger.waiting, last=last)
            with os.fdopen(pipe, encoding="utf-8") as reader:
                lines = [] if last else [reader.readline() for _ in range(chance.randrange(1, 20 * args.miners))]
                if not last:
                    os.kill(child, signal.SIGKILL)
                lines += reader.readlines()
            os.waitpid(child, 0)
            for line in lines:
                if line.endswith("\n"):
                    ledger.read(line.rstrip("\n"))
            ledger.cut_off += sum(bool(task) for task in ledger.waiting.values())
        lost, twice = ledger.compare(Path(name))
    lost += sum(bool(task) for task in ledger.waiting.values())
    print("| kills | tasks | submissions cut off | results accepted | lost | paid twice | honest miners refused |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {args.kills} | {ledger.tasks} | {ledger.cut_off} | {len(ledger.replies)} | {lost} | {twice} "
        f"| {ledger.refused} |"
    )
    sys.exit(bool(lost or twice or ledger.refused))


if __name__ == "__main__":
    main()
