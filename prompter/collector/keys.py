"""The keys that generators submit with: kept as digests in the collector's file, effective and revoked at once.

python -m prompter.collector.keys create NAME [--key_file FILE] | list | revoke NAME   [--db FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from prompter.collector.store import connect

DEFAULT_DB = Path.home() / ".three-gen" / "collector.db"


class KeyExists(Exception):
    """There is a key of this name, or there was one."""


class KeyRing:
    """The keys in the collector's file, read anew for each question."""

    def __init__(self, path: Path) -> None:
        self._db = connect(path)

    def close(self) -> None:
        """Ends the connection."""
        self._db.close()

    def create(self, name: str) -> str:
        """A new key, shown this once. Raises KeyExists."""
        key = secrets.token_urlsafe(32)
        try:
            self._db.execute("INSERT INTO keys VALUES(?, ?, ?, NULL)", (name, _digest(key), time.time()))
        except sqlite3.IntegrityError:
            raise KeyExists(f"there is a key {name!r} already; take another name") from None
        return key

    def revoke(self, name: str) -> bool:
        """Ends a key at once; False if no such key was in force."""
        query = "UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL"
        return self._db.execute(query, (time.time(), name)).rowcount == 1

    def listed(self) -> list[tuple[str, float, float | None]]:
        """Name, Unix time made, Unix time revoked of every key."""
        return self._db.execute("SELECT name, created, revoked FROM keys ORDER BY created").fetchall()

    def owner(self, key: str) -> str | None:
        """Name of the key in force that this is, None if it is none. Every key is compared: the time tells nothing."""
        found = None
        wanted = _digest(key)
        for name, known in self._db.execute("SELECT name, digest FROM keys WHERE revoked IS NULL").fetchall():
            if hmac.compare_digest(known, wanted):
                found = str(name)
        return found


def main(argv: Sequence[str] | None = None) -> int:
    """The commands. A new key is the last line printed."""
    parser = argparse.ArgumentParser(prog="python -m prompter.collector.keys", description="Keys for /submit.")
    commands = parser.add_subparsers(dest="command", required=True)
    for command, text in (("create", "make a key"), ("list", "name all keys"), ("revoke", "end a key at once")):
        one = commands.add_parser(command, help=text)
        one.add_argument("--db", type=Path, default=DEFAULT_DB, help="the collector's file (%(default)s)")
        if command != "list":
            one.add_argument("name")
        if command == "create":
            one.add_argument("--key_file", type=Path, help="a new file to keep the key in, for its owner alone")
    args = parser.parse_args(argv)
    try:
        ring = KeyRing(args.db)
        lines, status = _run(ring, args)
    except (sqlite3.Error, OSError) as error:
        print(f"{args.db}: {error}" if isinstance(error, sqlite3.Error) else str(error), file=sys.stderr)  # noqa: T201
        return 1
    for line in lines:
        print(line, file=sys.stderr if status else sys.stdout)
    return status


def _run(ring: KeyRing, args: argparse.Namespace) -> tuple[list[str], int]:
    if args.command == "create":
        try:
            return [f"key {args.name}, shown this once:", _created(ring, args.name, args.key_file)], 0
        except KeyExists as error:
            return [str(error)], 1
    if args.command == "revoke":
        return ([f"{args.name} is revoked"], 0) if ring.revoke(args.name) else ([f"no key {args.name!r} in force"], 1)
    return [
        f"{name}\tmade {_day(made)}{f', revoked {_day(gone)}' if gone else ''}" for name, made, gone in ring.listed()
    ], 0


def _created(ring: KeyRing, name: str, file: Path | None) -> str:
    """A new key, kept in `file` if one is named. Raises KeyExists; OSError if there is such a file already."""
    if file is None:
        return ring.create(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
        try:
            key = ring.create(name)
        except (KeyExists, sqlite3.Error):
            file.unlink()
            raise
        kept.write(f"{key}\n")
    return key


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


if __name__ == "__main__":
    sys.exit(main())
