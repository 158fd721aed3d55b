"""The state file: permissions, migrations, damage, records, assets and nonces."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurons.validator.tasks.records import ClosedTask, MinerRecord, OpenTask
from neurons.validator.tasks.state import SCHEMA, Accepted, StateDamagedError

FULL = MinerRecord(
    "miner",
    task=OpenTask("id", "a red car", 1.5, 601.5, 2, "job"),
    closed=(ClosedTask("older", 0.5, "{}"), ClosedTask("old", 1.0, "{}")),
    cooldown_until=9.0,
    cooldown_violations=3,
    average=0.7,
    accepted_at=(1.0, 2.0),
    binds=True,
)


def asset_at(at: float) -> Accepted:
    return Accepted(at, "miner", f"digest {at}", np.arange(64, dtype=np.float32))


def execute(folder: Path, statement: str, *values: object) -> list[Any]:
    """Run a statement on the state file through a connection of its own, and return the rows."""
    with contextlib.closing(sqlite3.connect(folder / "state.db")) as db, db:
        return db.execute(statement, values).fetchall()


def test_a_saved_record_is_read_back_unchanged(open_store: Any) -> None:
    open_store().save(FULL)
    assert open_store().records() == [FULL]


def test_dropped_records_are_deleted(open_store: Any) -> None:
    store = open_store()
    store.save(FULL)
    store.save(replace(FULL, hotkey="other"))
    store.drop(["miner", "nobody"])
    assert [record.hotkey for record in store.records()] == ["other"]


def test_only_the_owner_can_read_the_folder(open_store: Any, tmp_path: Path) -> None:
    store = open_store()
    store.save(FULL, asset_at(1.0))
    store.secret()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600, "secret": 0o600}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_every_commit_is_synced(open_store: Any) -> None:
    store = open_store()
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL; only this connection knows


def test_the_secret_is_generated_once(open_store: Any) -> None:
    first = open_store().secret()
    assert (len(first), open_store().secret()) == (32, first)


def test_a_damaged_secret_is_refused(open_store: Any, tmp_path: Path) -> None:
    store = open_store()
    (tmp_path / "secret").write_bytes(b"")
    with pytest.raises(StateDamagedError, match="32 bytes"):
        store.secret()


@pytest.mark.parametrize("bytes_", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_file_that_is_not_a_database_is_refused(open_store: Any, tmp_path: Path, bytes_: bytes) -> None:
    (tmp_path / "state.db").write_bytes(bytes_)
    with pytest.raises(StateDamagedError):
        open_store()


@pytest.mark.parametrize("text", ["", "{", "{}", '{"hotkey": "miner", "average": "much"}', '{"hotkey": 1}'])
def test_an_unreadable_record_is_refused(open_store: Any, tmp_path: Path, text: str) -> None:
    store = open_store()
    store.save(FULL)
    execute(tmp_path, "UPDATE miners SET record = ?", text)
    with pytest.raises(StateDamagedError, match="record"):
        store.records()


def test_the_state_of_a_later_release_is_refused(open_store: Any, tmp_path: Path) -> None:
    open_store()
    execute(tmp_path, f"PRAGMA user_version = {len(SCHEMA) + 1}")
    with pytest.raises(StateDamagedError, match="later release"):
        open_store()


def test_an_old_state_migrates(open_store: Any, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "state.db").close()  # version 0: before the first schema
    store = open_store()
    assert execute(tmp_path, "PRAGMA user_version") == [(len(SCHEMA),)]
    store.save(FULL)
    store.close()
    assert open_store().records() == [FULL]  # opened again, nothing is migrated twice


def test_records_of_an_earlier_release_lack_newer_fields(open_store: Any, tmp_path: Path) -> None:
    store = open_store()
    execute(tmp_path, "INSERT INTO miners VALUES ('miner', ?)", '{"hotkey": "miner", "average": 0.5}')
    assert store.records() == [MinerRecord("miner", average=0.5)]


def test_a_record_and_its_asset_are_written_together_or_not_at_all(open_store: Any) -> None:
    store = open_store()
    with pytest.raises(sqlite3.Error):
        store.save(FULL, Accepted(1.0, "miner", None, np.zeros(64, np.float32)))  # type: ignore[arg-type]
    assert store.records() == []


def test_assets_are_returned_oldest_first(open_store: Any) -> None:
    store = open_store()
    for at in (3.0, 1.0, 2.0):
        store.save(FULL, asset_at(at))
    found = list(store.assets(2.0))
    assert [asset.at for asset in found] == [2.0, 3.0]
    assert np.array_equal(found[0].embedding, np.arange(64))


def test_a_nonce_must_be_newer_than_the_last_even_after_a_restart(open_store: Any) -> None:
    store = open_store()
    assert store.use_nonce("miner", "uuid", 5, 0.0)
    store = open_store()
    assert [store.use_nonce("miner", "uuid", nonce, 0.0) for nonce in (5, 4, 6)] == [False, False, True]
    assert store.use_nonce("other", "uuid", 1, 0.0)


def test_old_nonces_and_assets_are_forgotten(open_store: Any, tmp_path: Path) -> None:
    store = open_store()
    for i in range(100):
        store.use_nonce("miner", str(i), 1, float(i))
        store.save(FULL, asset_at(float(i)))
    store.forget(assets_before=90.0, now=95.0 + 3600)
    assert execute(tmp_path, "SELECT count(*) FROM nonces") == [(5,)]
    assert len(list(store.assets(0.0))) == 10
