"""The store: atomic submissions, freshest prompts first, no needless repeats, a bounded number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from prompter.collector.store import PromptStore, digest


@pytest.fixture
def store(db: Path) -> Iterator[PromptStore]:
    store = PromptStore(db, max_prompts=10, now=lambda: 1e6)
    yield store
    store.close()


def numbered(first: int, last: int) -> list[str]:
    return [f"car number {i}" for i in range(first, last)]


def test_a_restart_loses_nothing(store: PromptStore, db: Path) -> None:
    store.submit("key", "token", numbered(0, 5))
    assert store.use_nonce("V", 10**15, 300)
    store.close()
    again = PromptStore(db, now=lambda: 1e6)
    assert again.count == 5
    assert again.submit("key", "token", numbered(0, 5)).accepted == 5
    assert not again.use_nonce("V", 10**15, 300)
    again.close()


def test_fetches_return_the_freshest_first_and_repeat_only_after_the_last(store: PromptStore) -> None:
    store.submit("key", None, numbered(0, 6))
    assert store.fetch("V", 3) == ["car number 5", "car number 4", "car number 3"]
    store.submit("key", None, numbered(6, 7))
    assert store.fetch("V", 3) == ["car number 6", "car number 2", "car number 1"]
    assert store.fetch("V", 3) == ["car number 0", "car number 6", "car number 5"]


def test_readers_are_independent(store: PromptStore) -> None:
    store.submit("key", None, numbered(0, 4))
    assert store.fetch("V", 4) == store.fetch("W", 4)


def test_a_fetch_never_contains_a_prompt_twice(store: PromptStore) -> None:
    for i in range(5):
        store.submit("key", None, numbered(2 * i, 2 * i + 2))
        got = store.fetch("V", 7)
        assert len(set(got)) == len(got) == min(7, 2 * i + 2)


def test_the_oldest_prompts_make_room_for_new_ones(store: PromptStore) -> None:
    store.submit("key", None, numbered(0, 8))
    store.submit("key", None, numbered(8, 12))
    assert store.count == 10
    assert store.fetch("V", 100)[-1] == "car number 2"
    assert store.submit("key", None, numbered(0, 1)).accepted == 1


def test_a_failed_submission_leaves_nothing_behind(store: PromptStore, db: Path) -> None:
    with sqlite3.connect(db) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON receipts BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    other.close()
    with pytest.raises(sqlite3.IntegrityError):
        store.submit("key", "token", numbered(0, 5))
    assert store.count == 0
    assert store.fetch("V", 10) == []


def test_the_digest_ignores_case_and_spacing() -> None:
    assert digest("Red  car") == digest("red car") != digest("red cars")
    assert 0 <= digest("red car") < 2**63
