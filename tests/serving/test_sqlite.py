"""SQLite files: synced commits, atomic transactions, exclusive use."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from serving.sqlite import open_database, transaction

SCHEMA = "CREATE TABLE IF NOT EXISTS notes(text TEXT NOT NULL);"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_database(path, SCHEMA)) as db:
        yield db


def notes(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [text for (text,) in db.execute("SELECT text FROM notes")]


def test_every_commit_is_synced_to_a_write_ahead_log(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_transaction_becomes_visible_as_a_whole(db: sqlite3.Connection, path: Path) -> None:
    with transaction(db):
        db.execute("INSERT INTO notes VALUES('a')")
        db.execute("INSERT INTO notes VALUES('b')")
        assert notes(path) == []
    assert notes(path) == ["a", "b"]


def test_an_error_rolls_the_transaction_back(db: sqlite3.Connection, path: Path) -> None:
    def insert() -> None:
        with transaction(db):
            db.execute("INSERT INTO notes VALUES('a')")
            db.execute("INSERT INTO notes VALUES(NULL)")

    with pytest.raises(sqlite3.IntegrityError):
        insert()
    assert notes(path) == []
    assert not db.in_transaction


def test_a_second_connection_to_an_exclusive_file_is_refused(path: Path) -> None:
    with (
        closing(open_database(path, SCHEMA, exclusive=True)),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        open_database(path, SCHEMA, busy_s=0.0)


def test_a_file_that_is_not_a_database_is_an_error(path: Path) -> None:
    path.write_bytes(b"notes" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        open_database(path)
