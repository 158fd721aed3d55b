"""Slots for large bodies, limited in total and per hotkey."""

from __future__ import annotations

from neurons.wire.bodies import BodyRules, BodySlots
from neurons.wire.refusals import BUSY, BUSY_WITH_YOU


def test_one_hotkey_is_limited_to_its_share() -> None:
    slots = BodySlots(BodyRules(max_large=8, max_large_per_hotkey=2))
    assert [slots.acquire("one") for _ in range(4)] == [None, None, BUSY_WITH_YOU, BUSY_WITH_YOU]
    assert slots.taken == 2
    assert slots.acquire("other") is None


def test_all_hotkeys_together_are_limited() -> None:
    slots = BodySlots(BodyRules(max_large=8, max_large_per_hotkey=2))
    assert [slots.acquire(f"hotkey-{i % 5}") for i in range(9)] == [None] * 8 + [BUSY]
    assert slots.taken == 8


def test_a_released_slot_is_free_for_any_hotkey() -> None:
    slots = BodySlots(BodyRules(max_large=1, max_large_per_hotkey=1))
    assert slots.acquire("one") is None
    assert slots.acquire("other") is BUSY
    slots.release("one")
    assert slots.taken == 0
    assert slots.acquire("other") is None
    assert slots.acquire("one") is BUSY
