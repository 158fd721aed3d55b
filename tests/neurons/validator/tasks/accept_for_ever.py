"""A validator that accepts results until it is killed, and says what it has acknowledged.

Run by test_durable.py: accept_for_ever.py FOLDER NOW
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from conftest import World, make_submission

from neurons.validator.tasks.desk import Desk


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


async def accept(desk: Desk, name: str) -> None:
    for number in itertools.count():
        hotkey = f"{name}-{number}"
        pulled = await desk.pull(hotkey)
        say("task", hotkey, pulled.task.id)
        reply = await desk.submit(hotkey, make_submission(pulled.task.id, hotkey, hotkey.encode()))
        say("reply", hotkey, reply.to_json())


async def main(folder: str, now: str) -> None:
    world = World(Path(folder), now=float(now))
    desk = world.desk()
    await asyncio.gather(*(accept(desk, f"miner-{now}-{worker}") for worker in range(4)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
