"""Accept results until killed, printing each task and reply that was acknowledged.

Run by test_durable.py: python -m tests.neurons.validator.tasks.accept_until_killed FOLDER NOW
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from neurons.validator.tasks.desk import Desk
from tests.neurons.validator.conftest import World, make_submission


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
