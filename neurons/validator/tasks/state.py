"""What a validator must not forget, in one SQLite file: miners' records, fingerprints of accepted assets, nonces.

Write-ahead log with a sync on each commit: what a call has written survives a kill and a power cut. The folder is 0700,
its files 0600. One thread at a time. Knows no rule: what a record means is `neurons.validator.tasks.records`'.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from neurons.validator.tasks.records import MinerRecord

SCHEMA = (
    """
    CREATE TABLE miners (hotkey TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
    CREATE TABLE assets (at REAL NOT NULL, hotkey TEXT NOT NULL, digest TEXT NOT NULL, embedding BLOB NOT NULL) STRICT;
    CREATE INDEX assets_at ON assets (at);
    CREATE TABLE nonces (sender TEXT PRIMARY KEY, nonce INTEGER NOT NULL, at REAL NOT NULL) STRICT;
    """,
)
"""Statements that lead from each version of the file to the next; the file knows its own (user_version)."""

NONCES_KEPT_S = 3600.0
"""A sender's first nonce must be younger than the longest time-out (300 s) anyway; the rest is for wrong clocks."""

_RECORD = TypeAdapter(MinerRecord)


class StateDamagedError(Exception):
    """The state cannot be read, or is of a later release: nothing may be decided on it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted asset: when (Unix seconds), whose, its digest and its embedding [64]."""

    at: float
    hotkey: str
    digest: str
    embedding: NDArray[np.float32]


class Store:
    """The file `state.db` in `folder`, which is made if need be. Raises StateDamagedError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        path = folder / "state.db"
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        self._folder = folder
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA busy_timeout = 10000")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._migrate(path)
        except StateDamagedError:
            self._db.close()
            raise
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise StateDamagedError(f"{path}: {error}; move it aside to start with an empty state") from error

    def secret(self) -> bytes:
        """The 32 bytes that seeds of scores are drawn from, made once."""
        path = self._folder / "secret"
        if not path.exists():
            part = self._folder / "secret.part"  # a kill leaves the whole file or none
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        found = path.read_bytes()
        if len(found) != 32:
            raise StateDamagedError(f"{path} does not hold 32 bytes")
        return found

    def records(self) -> list[MinerRecord]:
        """All miners. Raises StateDamagedError for a record that cannot be read."""
        try:
            return [
                _RECORD.validate_json(text) for (text,) in self._db.execute("SELECT record FROM miners ORDER BY hotkey")
            ]
        except (ValidationError, sqlite3.DatabaseError) as error:
            raise StateDamagedError(f"a miner's record cannot be read: {error}") from error

    def save(self, record: MinerRecord, asset: Accepted | None = None) -> None:
        """Writes a record and, with it or not at all, the asset that was accepted."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO miners VALUES (?, ?) ON CONFLICT (hotkey) DO UPDATE SET record = excluded.record",
                (record.hotkey, json.dumps(asdict(record))),
            )
            if asset is not None:
                row = (asset.at, asset.hotkey, asset.digest, asset.embedding.astype("<f4").tobytes())
                self._db.execute("INSERT INTO assets VALUES (?, ?, ?, ?)", row)

    def drop(self, hotkeys: Iterable[str]) -> None:
        """Deletes miners' records."""
        with self._transaction():
            self._db.executemany("DELETE FROM miners WHERE hotkey = ?", ((hotkey,) for hotkey in hotkeys))

    def assets(self, since: float) -> Iterable[Accepted]:
        """Assets accepted from `since` on, oldest first."""
        rows = self._db.execute("SELECT at, hotkey, digest, embedding FROM assets WHERE at >= ? ORDER BY at", (since,))
        for at, hotkey, digest, embedding in rows:
            yield Accepted(at, hotkey, digest, np.frombuffer(embedding, "<f4"))

    def forget(self, *, assets_before: float, now: float) -> None:
        """Deletes assets from before a time, and nonces too old to matter."""
        with self._transaction():
            self._db.execute("DELETE FROM assets WHERE at < ?", (assets_before,))
            self._db.execute("DELETE FROM nonces WHERE at < ?", (now - NONCES_KEPT_S,))

    def use_nonce(self, hotkey: str, uuid: str, nonce: int, now: float) -> bool:
        """Whether `nonce` is newer than all that this sender (a hotkey's process) has used; it then counts."""
        with self._transaction():
            changed = self._db.execute(
                "INSERT INTO nonces VALUES (?1, ?2, ?3) ON CONFLICT (sender) DO UPDATE "
                "SET nonce = excluded.nonce, at = excluded.at WHERE excluded.nonce > nonces.nonce",
                (f"{hotkey}:{uuid}", nonce, now),
            )
            return changed.rowcount == 1

    def close(self) -> None:
        """Ends it; the object must not be used again."""
        self._db.close()

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)

    def _migrate(self, path: Path) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(SCHEMA):
            raise StateDamagedError(f"{path} was written by a later release (version {version})")
        (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StateDamagedError(f"{path} is damaged: {verdict}")
        for step in SCHEMA[version:]:
            version += 1
            self._db.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {version}; COMMIT;")


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")
