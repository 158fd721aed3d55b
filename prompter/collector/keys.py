"""Manages the API keys of generators. The collector's file stores their digests; changes take effect at once.

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
from serving.arguments import FlagParser

DEFAULT_DB = Path("~/.three-gen/collector.db")


class KeyExistsError(Exception):
    """A key of this name exists or has existed."""


class KeyRing:
    """The keys in the collector's file. Each call reads the file, so that changes of other processes are seen."""

    def __init__(self, path: Path) -> None:
        self._db = connect(path)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def create(self, name: str) -> str:
        """Create a key and return it; only its digest is stored. Raises KeyExistsError."""
        key = secrets.token_urlsafe(32)
        try:
            self._db.execute("INSERT INTO keys VALUES(?, ?, ?, NULL)", (name, _digest(key), time.time()))
        except sqlite3.IntegrityError:
            raise KeyExistsError(f"a key named {name!r} exists or has existed; choose another name") from None
        return key

    def revoke(self, name: str) -> bool:
        """Revoke a key; return False if there is no active key of this name."""
        query = "UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL"
        return self._db.execute(query, (time.time(), name)).rowcount == 1

    def entries(self) -> list[tuple[str, float, float | None]]:
        """Return name, Unix time created and Unix time revoked of each key."""
        return self._db.execute("SELECT name, created, revoked FROM keys ORDER BY created").fetchall()

    def owner(self, key: str) -> str | None:
        """Return the name of an active key, None for any other. Takes the same time for all, to leak nothing."""
        found = None
        wanted = _digest(key)
        for name, known in self._db.execute("SELECT name, digest FROM keys WHERE revoked IS NULL").fetchall():
            if hmac.compare_digest(known, wanted):
                found = str(name)
        return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status. A new key is the last line printed."""
    parser = FlagParser(prog="python -m prompter.collector.keys", description="Keys for /submit.")
    commands = parser.add_subparsers(dest="command", required=True)
    for command, text in (("create", "create a key"), ("list", "list all keys"), ("revoke", "revoke a key")):
        one = commands.add_parser(command, help=text)
        one.add_argument("--db", type=Path, default=str(DEFAULT_DB), help="the collector's file (%(default)s)")
        if command != "list":
            one.add_argument("name")
        if command == "create":
            one.add_argument("--key_file", type=Path, help="new file to write the key to, with mode 0600")
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
            return [f"key {args.name}, shown only once:", _create(ring, args.name, args.key_file)], 0
        except KeyExistsError as error:
            return [str(error)], 1
    if args.command == "revoke":
        return (
            ([f"{args.name} is revoked"], 0)
            if ring.revoke(args.name)
            else ([f"there is no active key named {args.name!r}"], 1)
        )
    return [
        f"{name}\tcreated {_day(created)}{f', revoked {_day(revoked)}' if revoked else ''}"
        for name, created, revoked in ring.entries()
    ], 0


def _create(ring: KeyRing, name: str, file: Path | None) -> str:
    """Create a key and write it to `file`, if given. Raises KeyExistsError, and OSError if the file exists."""
    if file is None:
        return ring.create(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as key_file:
        try:
            key = ring.create(name)
        except (KeyExistsError, sqlite3.Error):
            file.unlink()
            raise
        key_file.write(f"{key}\n")
    return key


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


if __name__ == "__main__":
    sys.exit(main())
