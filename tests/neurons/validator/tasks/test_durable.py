"""Nothing that was acknowledged to a miner is lost, whenever the validator is killed."""

from __future__ import annotations

import asyncio
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


def assert_held(folder: Path, acknowledged: list[str]) -> None:
    """Check that the state holds every acknowledged task ("task HOTKEY ID") and reply ("reply HOTKEY JSON")."""
    records = held_by(folder)
    tasks: dict[str, str] = {}
    replies: dict[str, str] = {}
    for line in acknowledged:
        kind, hotkey, rest = line.split(" ", 2)
        (tasks if kind == "task" else replies)[hotkey] = rest
    for hotkey, task_id in tasks.items():
        record = records[hotkey]
        assert task_id in {one.id for one in (record.task, *record.closed) if one}
    for hotkey, reply in replies.items():
        assert [one.reply for one in records[hotkey].closed] == [reply]
        assert len(records[hotkey].accepted_at) == SubmitReply.from_json(reply).generations_within_8_hours == 1


def test_replies_are_on_disk_before_they_are_sent(world: Any, submission: Any, tmp_path: Path) -> None:
    """Copy the open files, as a kill would leave them, before and after each step."""
    moments = iter(range(1000))

    def copy_files() -> Path:
        return Path(shutil.copytree(world.folder, tmp_path / f"moment-{next(moments)}"))

    async def story() -> None:
        desk = world.desk()
        for miner in ("a", "b", "c"):
            pulled = await desk.pull(miner)
            acknowledged = [f"task {miner} {pulled.task.id}"]
            assert_held(copy_files(), acknowledged)

            async def check_while_judging(acknowledged: list[str] = acknowledged) -> None:
                assert_held(copy_files(), acknowledged)

            world.before_verdict = check_while_judging
            reply = await desk.submit(miner, submission(pulled.task.id, miner, miner.encode()))
            assert_held(copy_files(), [*acknowledged, f"reply {miner} {reply.to_json()}"])

    asyncio.run(story())


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_hundred_kills_lose_no_acknowledged_result(tmp_path: Path, root: Path) -> None:
    rng, acknowledged, productive_runs = random.Random(8), [], 0
    program = "tests.neurons.validator.tasks.accept_until_killed"
    for kill in range(KILLS):
        command = [sys.executable, "-m", program, str(tmp_path), str(1_000_000 + kill)]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            printed = [child.stdout.readline() for _ in range(rng.randrange(40))]
            time.sleep(rng.random() * 0.02)
            child.kill()
            printed += child.stdout.readlines()
        complete = [line.rstrip("\n") for line in printed if line.endswith("\n")]
        productive_runs += bool(complete)
        acknowledged += complete
        assert_held(tmp_path, acknowledged)
    assert productive_runs > KILLS / 2
    assert sum(line.startswith("reply") for line in acknowledged) > KILLS
