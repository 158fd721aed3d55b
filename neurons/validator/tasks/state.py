"""The validator's state in one SQLite file: miners' records, fingerprints of accepted assets, and used nonces.

The write-ahead log is synced on each commit, so that a write survives a kill and a power cut once its call returns. The
folder has mode 0700 and its files 0600. Use from one thread at a time.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
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

BUSY_S = 2.0
"""How long to wait for another process that has locked the file. Only an operator's tool can."""

_RECORD = TypeAdapter(MinerRecord)


class StateDamagedError(Exception):
    """The state cannot be read, or was written by a later release."""


class StateUnavailableError(Exception):
    """The state is sound, but cannot be read or written now: a full disk, a lock, a read-only file."""


_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CAUSES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "another process has locked the database",
    sqlite3.SQLITE_LOCKED: "another process has locked the database",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
}
_FULL_BYTES = 64 << 10
"""With less free space than this a failed write counts as a full disk, whatever SQLite calls it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted asset: the time, its miner, and its fingerprint (digest and embedding [64])."""

    at: float  # Unix seconds
    hotkey: str
    digest: str
    embedding: NDArray[np.float32]


def unavailable(error: sqlite3.Error | OSError, path: Path | None = None) -> StateUnavailableError:
    """Return the error that names the cause of a failed read or write, with the file if its path is given."""
    if isinstance(error, OSError):
        cause = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else str(error.strerror or error)
    else:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part
        cause = _CAUSES.get(code, str(error))
    if path is not None and path.parent.exists() and shutil.disk_usage(path.parent).free < _FULL_BYTES:
        cause = "the disk is full"
    return StateUnavailableError(f"the state {f'in {path} ' if path else ''}cannot be used: {cause}")


def is_temporary(error: sqlite3.Error) -> bool:
    """Check whether an error comes from the disk or another process, so that the same call may succeed later."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CAUSES


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


class Store:
    """The file `state.db` in `folder`. Both are created if missing. Raises StateDamagedError or StateUnavailableError.

    Later calls raise sqlite3.Error if the file cannot be read or written at the moment.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "state.db"
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
            self._db = open_database(path, busy_s=BUSY_S)
            try:
                self._migrate(path)
            except Exception:
                self._db.close()
                raise
        except OSError as error:
            raise unavailable(error, path) from error
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise unavailable(error, path) from error
            raise StateDamagedError(f"{path}: {error}; move it aside to start with an empty state") from error

    def secret(self) -> bytes:
        """Return the 32 bytes that score seeds are derived from, generated at first use.

        Raises StateDamagedError or StateUnavailableError.
        """
        path = self._folder / "secret"
        try:
            secret = self._read_secret(path)
        except OSError as error:
            raise unavailable(error, path) from error
        if len(secret) != 32:
            raise StateDamagedError(f"{path} does not hold 32 bytes")
        return secret

    def _read_secret(self, path: Path) -> bytes:
        if not path.exists():
            part = self._folder / "secret.part"  # renamed when complete, so that a kill never leaves half a secret
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        return path.read_bytes()

    def records(self) -> list[MinerRecord]:
        """Return the records of all miners, by hotkey. Raises StateDamagedError or StateUnavailableError."""
        try:
            return [
                _RECORD.validate_json(text) for (text,) in self._db.execute("SELECT record FROM miners ORDER BY hotkey")
            ]
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise unavailable(error, self._folder / "state.db") from error
            raise StateDamagedError(f"a miner's record cannot be read: {error}") from error
        except ValidationError as error:
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

    def try_write(self) -> None:
        """Write the version that the file has already, to find out whether it can be written."""
        with transaction(self._db):
            self._db.execute(f"PRAGMA user_version = {len(SCHEMA)}")

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
