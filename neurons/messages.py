"""The two texts that miners sign. Knows no key and no SDK, so that the validator's domain can import it."""

from __future__ import annotations

import hashlib


def result_message(submit_time: int, prompt: str, validator_hotkey: str, miner_hotkey: str) -> bytes:
    """What `signature` signs. As bytes: the wallet would read a text that begins with 0x as hexadecimal."""
    return f"{submit_time}{prompt}{validator_hotkey}{miner_hotkey}".encode()


def bound_message(
    *, netuid: int, task_id: str, asset: bytes, submit_time: int, validator_hotkey: str, miner_hotkey: str
) -> bytes:
    """What `bound_signature` signs: one asset, for one task, of one subnet, between two hotkeys, at one time (ns)."""
    digest = hashlib.sha256(asset).hexdigest()
    return f"three-gen:submit:1|{netuid}|{task_id}|{digest}|{submit_time}|{validator_hotkey}|{miner_hotkey}".encode()
