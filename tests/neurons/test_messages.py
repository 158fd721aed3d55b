"""The bytes that hotkeys sign are the network's."""

from __future__ import annotations

import pytest

from neurons.messages import bound_message

BOUND = {
    "netuid": 17,
    "task_id": "t1",
    "asset": b"splats",
    "submit_time": 5,
    "validator_hotkey": "V",
    "miner_hotkey": "M",
}


def test_the_bound_message_is_the_networks() -> None:
    digest = "ae2fa563b55eb72382037673b1b9fcfc5200b713a3b0ede11b152cde98f9e772"  # SHA-256 of b"splats"
    wanted = f"three-gen:submit:1|17|t1|{digest}|5|V|M"
    assert bound_message(**BOUND) == wanted.encode()  # type: ignore[arg-type]


@pytest.mark.parametrize("field", sorted(BOUND))
def test_every_field_is_bound(field: str) -> None:
    value = BOUND[field]
    other = value + 1 if isinstance(value, int) else value + value[:1]  # type: ignore[operator,index]
    assert bound_message(**{**BOUND, field: other}) != bound_message(**BOUND)  # type: ignore[arg-type]
