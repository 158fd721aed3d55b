"""The keys that generators submit with: kept as digests in the collector's file, effective and revoked at once.

python -m prompter.collector.keys create NAME | list | revoke NAME   [--db FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
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
    args = parser.parse_args(argv)
    try:
        ring = KeyRing(args.db)
        lines, status = _run(ring, args)
    except (sqlite3.Error, OSError) as error:
        print(f"{args.db}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    for line in lines:
        print(line, file=sys.stderr if status else sys.stdout)
    return status


def _run(ring: KeyRing, args: argparse.Namespace) -> tuple[list[str], int]:
    if args.command == "create":
        try:
            return [f"key {args.name}, shown this once:", ring.create(args.name)], 0
        except KeyExists as error:
            return [str(error)], 1
    if args.command == "revoke":
        return ([f"{args.name} is revoked"], 0) if ring.revoke(args.name) else ([f"no key {args.name!r} in force"], 1)
    return [
        f"{name}\tmade {_day(made)}{f', revoked {_day(gone)}' if gone else ''}" for name, made, gone in ring.listed()
    ], 0


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


if __name__ == "__main__":
    sys.exit(main())
