"""The collector's file: whole or not at all, freshest first, few repeats, bounded, restorable."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from prompter.collector.backups import back_up, backups, due_in_s
from prompter.collector.keys import KeyExistsError, KeyRing, main
from prompter.collector.store import PromptStore, digest
from prompter.limits import RateLimiter


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


def test_a_fetch_goes_from_fresh_to_old_without_repeats(store: PromptStore) -> None:
    store.submit("key", None, numbered(0, 6))
    assert store.fetch("V", 3) == ["car number 5", "car number 4", "car number 3"]
    store.submit("key", None, numbered(6, 7))
    assert store.fetch("V", 3) == ["car number 6", "car number 2", "car number 1"]
    assert store.fetch("V", 3) == ["car number 0", "car number 6", "car number 5"]


def test_readers_do_not_disturb_each_other(store: PromptStore) -> None:
    store.submit("key", None, numbered(0, 4))
    assert store.fetch("V", 4) == store.fetch("W", 4)


def test_a_fetch_never_holds_a_prompt_twice(store: PromptStore) -> None:
    for i in range(5):
        store.submit("key", None, numbered(2 * i, 2 * i + 2))
        got = store.fetch("V", 7)
        assert len(set(got)) == len(got) == min(7, 2 * i + 2)


def test_the_oldest_make_room(store: PromptStore) -> None:
    store.submit("key", None, numbered(0, 8))
    store.submit("key", None, numbered(8, 12))
    assert store.count == 10
    assert store.fetch("V", 100)[-1] == "car number 2"
    assert store.submit("key", None, numbered(0, 1)).accepted == 1


def test_what_fails_halfway_is_not_there_at_all(store: PromptStore, db: Path) -> None:
    with sqlite3.connect(db) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON receipts BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    other.close()
    with pytest.raises(sqlite3.IntegrityError):
        store.submit("key", "token", numbered(0, 5))
    assert store.count == 0
    assert store.fetch("V", 10) == []


def test_case_and_spacing_make_no_other_prompt() -> None:
    assert digest("Red  car") == digest("red car") != digest("red cars")
    assert 0 <= digest("red car") < 2**63


def test_a_backup_is_a_whole_collector_and_old_ones_go(store: PromptStore, db: Path) -> None:
    store.submit("key", None, numbered(0, 5))
    made = [back_up(db, now=float(i)) for i in range(4)]
    assert backups(db) == made[-2:]
    copy = PromptStore(made[-1])
    assert copy.count == 5
    copy.close()


def test_restarts_put_no_backup_off(store: PromptStore, db: Path) -> None:
    assert due_in_s(db, 100.0, now=1e9) == 100.0
    made = back_up(db, now=1e9)
    os.utime(made, (1e9, 1e9))
    assert due_in_s(db, 100.0, now=1e9 + 30) == 70.0
    assert due_in_s(db, 100.0, now=1e9 + 300) == 0.0


def test_a_key_opens_until_it_is_revoked(db: Path) -> None:
    ring = KeyRing(db)
    key = ring.create("one")
    assert ring.owner(key) == "one"
    assert ring.owner("other") is None
    assert ring.revoke("one")
    assert ring.owner(key) is None
    assert not ring.revoke("one")
    ring.close()


def test_a_name_is_taken_once(db: Path) -> None:
    ring = KeyRing(db)
    ring.create("one")
    with pytest.raises(KeyExistsError, match="choose another name"):
        ring.create("one")
    ring.close()


def test_the_key_command_prints_the_key_last(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["create", "one", "--db", str(db)]) == 0
    key = capsys.readouterr().out.splitlines()[-1]
    ring = KeyRing(db)
    assert ring.owner(key) == "one"
    ring.close()
    assert main(["list", "--db", str(db)]) == 0
    assert key not in capsys.readouterr().out
    assert main(["revoke", "one", "--db", str(db)]) == 0


def test_the_key_command_keeps_the_key_in_a_new_file(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys" / "one.key"
    create = ["create", "one", "--db", str(db), "--key_file"]
    assert main([*create, str(file)]) == 0
    assert file.read_text().strip() == capsys.readouterr().out.splitlines()[-1]
    assert file.stat().st_mode & 0o777 == 0o600
    kept = file.read_text()
    assert main([*create, str(file)]) == 1
    assert "File exists" in capsys.readouterr().err
    assert main([*create, str(tmp_path / "other.key")]) == 1
    assert "choose another name" in capsys.readouterr().err
    assert file.read_text() == kept
    assert not (tmp_path / "other.key").exists()


def test_the_key_command_says_what_is_wrong(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke", "nobody", "--db", str(db)]) == 1
    assert "no active key named 'nobody'" in capsys.readouterr().err


def test_a_rate_allows_a_burst_and_refills() -> None:
    time = [0.0]
    rate = RateLimiter(burst=2, per_s=0.5, now=lambda: time[0])
    assert [rate.wait_s("a"), rate.wait_s("a"), rate.wait_s("a"), rate.wait_s("b")] == [0, 0, 2, 0]
    time[0] = 2.0
    assert rate.wait_s("a") == 0
