"""Nothing that a miner was told is lost when the validator is killed at any moment."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from neurons.messages import SubmitReply
from neurons.validator.tasks.state import Store

KILLS = 100


def held_by(folder: Path) -> dict[str, Any]:
    store = Store(folder)
    try:
        return {record.hotkey: record for record in store.records()}
    finally:
        store.close()


def assert_held(folder: Path, told: list[str]) -> None:
    """Every complete line that the validator said is true of its state."""
    records = held_by(folder)
    tasks, replies = ({}, {})  # type: ignore[var-annotated]
    for line in told:
        kind, hotkey, rest = line.split(" ", 2)
        (tasks if kind == "task" else replies)[hotkey] = rest
    for hotkey, task_id in tasks.items():
        record = records[hotkey]
        assert task_id in {one.id for one in (record.task, *record.closed) if one}
    for hotkey, reply in replies.items():
        assert [one.reply for one in records[hotkey].closed] == [reply]
        assert len(records[hotkey].accepted_at) == SubmitReply.from_json(reply).generations_within_8_hours == 1


def test_what_was_said_is_on_disk_at_every_moment(world: Any, submission: Any, tmp_path: Path) -> None:
    """A copy of the files, taken without closing them, is what a kill would leave."""
    moments = iter(range(1000))

    def leave() -> Path:
        return Path(shutil.copytree(world.folder, tmp_path / f"moment-{next(moments)}"))

    async def story() -> None:
        desk = world.desk()
        for miner in ("a", "b", "c"):
            pulled = await desk.pull(miner)
            told = [f"task {miner} {pulled.task.id}"]
            assert_held(leave(), told)

            async def killed_while_judging(told: list[str] = told) -> None:
                assert_held(leave(), told)

            world.before_verdict = killed_while_judging
            reply = await desk.submit(miner, submission(pulled.task.id, miner, miner.encode()))
            assert_held(leave(), [*told, f"reply {miner} {reply.to_json()}"])

    asyncio.run(story())


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_hundred_kills_lose_nothing_acknowledged(tmp_path: Path, root: Path) -> None:
    chance, told, working = random.Random(8), [], 0
    program = Path(__file__).with_name("accept_for_ever.py")
    for kill in range(KILLS):
        command = [sys.executable, str(program), str(tmp_path), str(1_000_000 + kill)]
        env = {**os.environ, "PYTHONPATH": str(root)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as child:
            assert child.stdout is not None
            heard = [child.stdout.readline() for _ in range(chance.randrange(40))]
            time.sleep(chance.random() * 0.02)
            child.kill()
            heard += child.stdout.readlines()
        complete = [line.rstrip("\n") for line in heard if line.endswith("\n")]
        working += bool(complete)
        told += complete
        assert_held(tmp_path, told)
    assert working > KILLS / 2
    assert sum(line.startswith("reply") for line in told) > KILLS
