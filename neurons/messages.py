"""What the protocol needs no SDK for: the two texts that miners sign, how far an organic job is. Knows no key."""

from __future__ import annotations

import hashlib
from enum import IntEnum


class TaskStatus(IntEnum):
    """States of an organic task asked for through `Generate`."""

    IN_QUEUE = 100
    IN_PROGRESS = 102
    DONE = 200
    NOT_FOUND = 404
    RATE_LIMIT = 429
    FAILED = 500


def fetch_message(nonce: int, hotkey: str) -> bytes:
    """Return the text that `signature` of a fetch from a prompt collector signs; `nonce` is in nanoseconds."""
    return f"{nonce}{hotkey}".encode()


def bound_fetch_message(collector: str, nonce: int, hotkey: str) -> bytes:
    """Return the text that `bound` of a fetch signs: unlike `fetch_message` it is of no use at another collector."""
    return f"three-gen:get:1|{collector}|{nonce}|{hotkey}".encode()


def result_message(submit_time: int, prompt: str, validator_hotkey: str, miner_hotkey: str) -> bytes:
    """What `signature` signs. As bytes: the wallet would read a text that begins with 0x as hexadecimal."""
    return f"{submit_time}{prompt}{validator_hotkey}{miner_hotkey}".encode()


def bound_message(
    *, netuid: int, task_id: str, asset: bytes, submit_time: int, validator_hotkey: str, miner_hotkey: str
) -> bytes:
    """What `bound_signature` signs: one asset, for one task, of one subnet, between two hotkeys, at one time (ns)."""
    digest = hashlib.sha256(asset).hexdigest()
    return f"three-gen:submit:1|{netuid}|{task_id}|{digest}|{submit_time}|{validator_hotkey}|{miner_hotkey}".encode()
