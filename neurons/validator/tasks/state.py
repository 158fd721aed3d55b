"""The validator's state in one SQLite file: miners' records, fingerprints of accepted assets, and used nonces.

The write-ahead log is synced on each commit, so that a write survives a kill and a power cut once its call returns. The
folder has mode 0700 and its files 0600. Use from one thread at a time.
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
from serving.sqlite import open_database, transaction

SCHEMA = (
    """
    CREATE TABLE miners (hotkey TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
    CREATE TABLE assets (at REAL NOT NULL, hotkey TEXT NOT NULL, digest TEXT NOT NULL, embedding BLOB NOT NULL) STRICT;
    CREATE INDEX assets_at ON assets (at);
    CREATE TABLE nonces (sender TEXT PRIMARY KEY, nonce INTEGER NOT NULL, at REAL NOT NULL) STRICT;
    """,
)
"""Statements that migrate each version of the file to the next. The file's version is its `user_version`."""

NONCES_KEPT_S = 3600.0
"""Nonces older than the longest timeout (300 s) are refused anyway; the rest is a margin for wrong clocks."""

_RECORD = TypeAdapter(MinerRecord)


class StateDamagedError(Exception):
    """The state cannot be read, or was written by a later release."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted asset: the time, its miner, and its fingerprint (digest and embedding [64])."""

    at: float  # Unix seconds
    hotkey: str
    digest: str
    embedding: NDArray[np.float32]


class Store:
    """The file `state.db` in `folder`. Both are created if missing. Raises StateDamagedError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        path = folder / "state.db"
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        self._folder = folder
        try:
            self._db = open_database(path, busy_s=10.0)
            try:
                self._migrate(path)
            except Exception:
                self._db.close()
                raise
        except sqlite3.DatabaseError as error:
            raise StateDamagedError(f"{path}: {error}; move it aside to start with an empty state") from error

    def secret(self) -> bytes:
        """Return the 32 bytes that score seeds are derived from, generated at first use. Raises StateDamagedError."""
        path = self._folder / "secret"
        if not path.exists():
            part = self._folder / "secret.part"  # renamed when complete, so that a kill never leaves half a secret
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        secret = path.read_bytes()
        if len(secret) != 32:
            raise StateDamagedError(f"{path} does not hold 32 bytes")
        return secret

    def records(self) -> list[MinerRecord]:
        """Return the records of all miners, by hotkey. Raises StateDamagedError if one cannot be read."""
        try:
            return [
                _RECORD.validate_json(text) for (text,) in self._db.execute("SELECT record FROM miners ORDER BY hotkey")
            ]
        except (ValidationError, sqlite3.DatabaseError) as error:
            raise StateDamagedError(f"a miner's record cannot be read: {error}") from error

    def save(self, record: MinerRecord, asset: Accepted | None = None) -> None:
        """Write a record and, in the same transaction, the asset that was accepted with it."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO miners VALUES (?, ?) ON CONFLICT (hotkey) DO UPDATE SET record = excluded.record",
                (record.hotkey, json.dumps(asdict(record))),
            )
            if asset is not None:
                row = (asset.at, asset.hotkey, asset.digest, asset.embedding.astype("<f4").tobytes())
                self._db.execute("INSERT INTO assets VALUES (?, ?, ?, ?)", row)

    def drop(self, hotkeys: Iterable[str]) -> None:
        """Delete the records of miners."""
        with transaction(self._db):
            self._db.executemany("DELETE FROM miners WHERE hotkey = ?", ((hotkey,) for hotkey in hotkeys))

    def assets(self, since: float) -> Iterable[Accepted]:
        """Yield the assets accepted at or after a time, oldest first."""
        rows = self._db.execute("SELECT at, hotkey, digest, embedding FROM assets WHERE at >= ? ORDER BY at", (since,))
        for at, hotkey, digest, embedding in rows:
            yield Accepted(at, hotkey, digest, np.frombuffer(embedding, "<f4"))

    def forget(self, *, assets_before: float, now: float) -> None:
        """Delete the assets accepted before a time, and nonces that are too old to be accepted again."""
        with transaction(self._db):
            self._db.execute("DELETE FROM assets WHERE at < ?", (assets_before,))
            self._db.execute("DELETE FROM nonces WHERE at < ?", (now - NONCES_KEPT_S,))

    def use_nonce(self, hotkey: str, uuid: str, nonce: int, now: float) -> bool:
        """Use a nonce up; return False unless it is newer than all that this sender (hotkey and uuid) has used."""
        with transaction(self._db):
            changed = self._db.execute(
                "INSERT INTO nonces VALUES (?1, ?2, ?3) ON CONFLICT (sender) DO UPDATE "
                "SET nonce = excluded.nonce, at = excluded.at WHERE excluded.nonce > nonces.nonce",
                (f"{hotkey}:{uuid}", nonce, now),
            )
            return changed.rowcount == 1

    def close(self) -> None:
        """Close the file. The store cannot be used afterwards."""
        self._db.close()

    def _migrate(self, path: Path) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(SCHEMA):
            raise StateDamagedError(f"{path} was written by a later release (version {version})")
        (damage,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if damage != "ok":
            raise StateDamagedError(f"{path} is damaged: {damage}")
        for step in SCHEMA[version:]:
            version += 1
            self._db.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {version}; COMMIT;")
