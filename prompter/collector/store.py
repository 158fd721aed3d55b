"""Stores prompts in one SQLite file: atomic submissions, duplicates found by digest, fetches freshest first.

Ten million prompts take about 0.8 GB; the cost of a submission does not grow with the file.
May be used by one thread at a time; every method commits before it returns.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from prompter.collector.schemas import Receipt
from serving.prompts import PromptError, clean_prompt
from serving.sqlite import open_database, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS prompts(id INTEGER PRIMARY KEY AUTOINCREMENT, digest INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen(digest INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS readers(hotkey TEXT PRIMARY KEY, newest INTEGER NOT NULL, oldest INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS nonces(hotkey TEXT, nonce INTEGER, PRIMARY KEY(hotkey, nonce)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipts(
  key TEXT, token TEXT, body BLOB NOT NULL, receipt TEXT NOT NULL, added REAL NOT NULL, PRIMARY KEY(key, token));
CREATE TABLE IF NOT EXISTS keys(name TEXT PRIMARY KEY, digest BLOB NOT NULL, created REAL NOT NULL, revoked REAL);
"""
_RECEIPT_S = 24 * 3600.0
"""How long a repeated submission is answered with its first receipt."""
_WAL_BYTES = 64 << 20
"""Size that the write-ahead log is cut back to."""


class TokenReusedError(Exception):
    """An Idempotency-Key was used before with other prompts."""


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to the collector's file, created if necessary. Raises sqlite3.Error or OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = open_database(path, _SCHEMA)
    db.execute(f"PRAGMA journal_size_limit={_WAL_BYTES}")
    db.execute("PRAGMA cache_size=-131072")  # 128 MiB hold the upper levels of an index of ten million
    return db


class PromptStore:
    """Prompts, readers, nonces and receipts in the collector's file. `now` returns Unix seconds."""

    def __init__(self, path: Path, max_prompts: int = 10_000_000, now: Callable[[], float] = time.time) -> None:
        self.path = path
        self._db = connect(path)
        self._max_prompts = max_prompts
        self._now = now
        self.count = int(self._db.execute("SELECT count(*) FROM prompts").fetchone()[0])

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def submit(self, key: str, token: str | None, prompts: Sequence[object]) -> Receipt:
        """Add the prompts that are new. A repeated token of the same key returns its first receipt and adds nothing.

        Raises TokenReusedError if that token was used with other prompts, and sqlite3.Error if nothing was added.
        """
        texts, rejected = _clean(prompts)
        body = hashlib.sha256(json.dumps(prompts, sort_keys=True).encode()).digest()
        with transaction(self._db):
            if token is not None and (old := self._receipt(key, token, body)) is not None:
                return old
            fresh = [(digest(text), text) for text in texts]
            known = self._known(number for number, _ in fresh)
            new = {number: text for number, text in fresh if number not in known}
            self._db.executemany("INSERT INTO seen VALUES(?)", ((number,) for number in new))
            self._db.executemany("INSERT INTO prompts(digest, text) VALUES(?, ?)", new.items())
            dropped = self._make_room(len(new))
            receipt = Receipt(accepted=len(new), duplicates=len(texts) - len(new), rejected=rejected)
            if token is not None:
                self._db.execute("DELETE FROM receipts WHERE added < ?", (self._now() - _RECEIPT_S,))
                row = (key, token, body, receipt.model_dump_json(), self._now())
                self._db.execute("INSERT INTO receipts VALUES(?, ?, ?, ?, ?)", row)
        self.count += len(new) - dropped
        return receipt

    def use_nonce(self, hotkey: str, nonce: int, window_s: float) -> bool:
        """Use a nonce up; return False if this hotkey has used it. Deletes nonces too old to be accepted again."""
        oldest = int((self._now() - 2 * window_s) * 1e9)
        with transaction(self._db):
            self._db.execute("DELETE FROM nonces WHERE hotkey = ? AND nonce < ?", (hotkey, oldest))
            done = self._db.execute("INSERT OR IGNORE INTO nonces VALUES(?, ?)", (hotkey, nonce))
        return done.rowcount == 1

    def fetch(self, hotkey: str, limit: int) -> list[str]:
        """Return up to `limit` prompts: those added since this hotkey's last fetch, then older ones that are new to it.

        A reader has received the ids from `oldest` to `newest`. Once it has received everything, it starts again with
        the newest.
        """
        row = self._db.execute("SELECT newest, oldest FROM readers WHERE hotkey = ?", (hotkey,)).fetchone()
        newest, oldest = row or (0, 1)
        rows = self._between(newest + 1, 2**62, limit)
        top = rows[0][0] if rows else newest
        if not row and rows:
            oldest = rows[-1][0]
        for low, high in ((0, oldest - 1), (oldest, newest)):
            if more := self._between(low, high, limit - len(rows)):
                rows += more
                oldest = more[-1][0]
        self._db.execute("INSERT OR REPLACE INTO readers VALUES(?, ?, ?)", (hotkey, top, oldest))
        return [text for _, text in rows]

    def _between(self, low: int, high: int, limit: int) -> list[tuple[int, str]]:
        query = "SELECT id, text FROM prompts WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?"
        return self._db.execute(query, (low, high, limit)).fetchall()

    def _receipt(self, key: str, token: str, body: bytes) -> Receipt | None:
        query = "SELECT body, receipt FROM receipts WHERE key = ? AND token = ?"
        row = self._db.execute(query, (key, token)).fetchone()
        if row is None:
            return None
        if row[0] != body:
            raise TokenReusedError
        return Receipt.model_validate_json(row[1])

    def _known(self, numbers: Iterable[int]) -> set[int]:
        wanted = json.dumps(list(numbers))
        query = "SELECT digest FROM seen WHERE digest IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._db.execute(query, (wanted,))}

    def _make_room(self, added: int) -> int:
        """Delete the oldest prompts beyond the limit and return how many; submitted again they count as new."""
        surplus = max(0, self.count + added - self._max_prompts)
        if surplus:
            query = "SELECT id, digest FROM prompts ORDER BY id LIMIT ?"
            rows = self._db.execute(query, (surplus,)).fetchall()
            self._db.executemany("DELETE FROM seen WHERE digest = ?", ((number,) for _, number in rows))
            self._db.execute("DELETE FROM prompts WHERE id <= ?", (rows[-1][0],))
        return surplus


def digest(text: str) -> int:
    """Return a 63-bit hash of a prompt that ignores case and spacing.

    With ten million prompts stored, a new one collides with a probability of 10^7 / 2^63, about 10^-12.
    """
    words = " ".join(text.casefold().split())
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest()) >> 1


def _clean(prompts: Sequence[object]) -> tuple[list[str], dict[str, int]]:
    """Return the valid prompts in clean form, and how many were rejected by code."""
    texts: list[str] = []
    rejected: Counter[str] = Counter()
    for prompt in prompts:
        if not isinstance(prompt, str):
            rejected["not_text"] += 1
            continue
        try:
            texts.append(clean_prompt(prompt))
        except PromptError as error:
            rejected[error.code] += 1
    return texts, dict(rejected)
