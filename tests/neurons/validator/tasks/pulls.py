"""Pulling tasks from a desk."""

from __future__ import annotations

from typing import Any

MINER, OTHER = "miner-hotkey", "other-hotkey"


async def pull_task(desk: Any, hotkey: str = MINER) -> str:
    """Pull a task and return its id."""
    reply = await desk.pull(hotkey)
    assert reply.task is not None, reply
    return str(reply.task.id)
