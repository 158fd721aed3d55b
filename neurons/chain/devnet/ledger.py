"""The devnet's state: one SQLite file that local processes share, and the calls that change it.

Every change runs in one immediate transaction that first runs the epochs due by its block, so that all processes see
the same epochs, whichever comes first. Errors have the names of the real chain.
"""

from __future__ import annotations

import ipaddress
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from neurons.chain.contract import ChainError, ChainUnavailable, Seat, Snapshot
from neurons.chain.devnet.epochs import read_weights, run_epoch, store_weights
from neurons.chain.devnet.rules import Rules
from serving.sqlite import transaction

BUSY_TIMEOUT_S = 10.0
"""How long to wait for another process's transaction."""

SCHEMA = """
CREATE TABLE chain (id INTEGER PRIMARY KEY CHECK (id = 1), start REAL NOT NULL, rules TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0);
CREATE TABLE seats (uid INTEGER PRIMARY KEY, hotkey TEXT NOT NULL UNIQUE, coldkey TEXT NOT NULL,
    registered INTEGER NOT NULL, last_update INTEGER NOT NULL, incentive REAL NOT NULL DEFAULT 0,
    permit INTEGER NOT NULL DEFAULT 0, ip TEXT NOT NULL DEFAULT '0.0.0.0', port INTEGER NOT NULL DEFAULT 0,
    served INTEGER NOT NULL DEFAULT 0);
CREATE TABLE stakes (hotkey TEXT PRIMARY KEY, amount REAL NOT NULL);
CREATE TABLE balances (coldkey TEXT PRIMARY KEY, amount REAL NOT NULL);
CREATE TABLE nonces (hotkey TEXT PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE registrations (block INTEGER NOT NULL, hotkey TEXT NOT NULL);
CREATE TABLE weights (uid INTEGER NOT NULL, seat INTEGER NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (uid, seat));
CREATE TABLE commits (uid INTEGER NOT NULL, hotkey TEXT NOT NULL, block INTEGER NOT NULL, reveal INTEGER NOT NULL,
    payload TEXT NOT NULL);
CREATE TABLE faults (kind TEXT NOT NULL, remaining INTEGER NOT NULL, until REAL NOT NULL);
"""


class DispatchError(Exception):
    """The chain's rules refuse a call: `name` is the error's name on the real chain, `code` the code of the outcome."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(name)
        self.code = code
        self.name = name


class Ledger:
    """One process's connection to the devnet file, to be used by one thread at a time.

    Raises ChainError if the file is not a devnet, ChainUnavailable if it stays locked.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ChainError(
                f"no devnet at {path}; create one with: python -m neurons.chain.devnet init --devnet.path {path}"
            )
        self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            start, rules = self._db.execute("SELECT start, rules FROM chain").fetchone()
        except (sqlite3.DatabaseError, TypeError) as error:
            self._db.close()
            raise ChainError(f"{path} is not a devnet: {error}") from error
        self.start = float(start)
        self.rules = Rules(**json.loads(rules))

    @staticmethod
    def create(path: Path, rules: Rules, start: float) -> None:
        """Create a devnet file that only its owner can read. Raises ChainError if the path exists."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError as error:
            raise ChainError(f"{path} exists already") from error
        db = sqlite3.connect(path, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)
            db.execute("INSERT INTO chain (id, start, rules) VALUES (1, ?, ?)", (start, json.dumps(asdict(rules))))
        finally:
            db.close()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    @contextmanager
    def block(self, number: int) -> Iterator[None]:
        """Run a transaction in block `number`, after the epochs up to it.

        Raises ChainUnavailable if the file stays locked or cannot be written.
        """
        try:
            with transaction(self._db):
                self._advance(number)
                yield
        except sqlite3.OperationalError as error:
            raise ChainUnavailable(f"the devnet file cannot be used: {error}") from error

    # -- reads -----------------------------------------------------------------------------------------------------

    def uid(self, hotkey: str) -> int | None:
        """Return the uid of a hotkey, None if it is not registered."""
        row = self._db.execute("SELECT uid FROM seats WHERE hotkey = ?", (hotkey,)).fetchone()
        return None if row is None else int(row[0])

    def last_update(self, uid: int) -> int:
        """Return the block of a seat's last weights, or of its registration if it never set any."""
        return int(self._db.execute("SELECT last_update FROM seats WHERE uid = ?", (uid,)).fetchone()[0])

    def axon(self, uid: int) -> tuple[str, int]:
        """Return the announced address and port of a seat."""
        ip, port = self._db.execute("SELECT ip, port FROM seats WHERE uid = ?", (uid,)).fetchone()
        return str(ip), int(port)

    def snapshot(self, block: int) -> Snapshot:
        """Return all seats at `block`."""
        with self.block(block):
            rows = self._db.execute(
                "SELECT uid, seats.hotkey, coldkey, coalesce(amount, 0), incentive, permit, last_update, ip, port"
                " FROM seats LEFT JOIN stakes ON stakes.hotkey = seats.hotkey ORDER BY uid"
            ).fetchall()
        seats = tuple(
            Seat(uid, hotkey, coldkey, stake, incentive, bool(permit), last_update, ip, port)
            for uid, hotkey, coldkey, stake, incentive, permit, last_update, ip, port in rows
        )
        return Snapshot(self.rules.netuid, block, seats)

    def weights(self) -> dict[int, dict[int, int]]:
        """Return the weights in force, by uid of the validator, then of the seat (0 to 65535)."""
        return read_weights(self._db)

    def nonce(self, hotkey: str) -> int:
        """Return how many calls of this hotkey were included in blocks, failed ones too."""
        row = self._db.execute("SELECT next FROM nonces WHERE hotkey = ?", (hotkey,)).fetchone()
        return 0 if row is None else int(row[0])

    # -- calls, each inside `block` --------------------------------------------------------------------------------

    def use_nonce(self, hotkey: str) -> None:
        """Count a call that was included in a block."""
        self._db.execute(
            "INSERT INTO nonces VALUES (?, 1) ON CONFLICT (hotkey) DO UPDATE SET next = next + 1", (hotkey,)
        )

    def register(self, hotkey: str, coldkey: str, block: int) -> int:
        """Give a hotkey a seat and return its uid. Raises DispatchError."""
        if self.uid(hotkey) is not None:
            raise DispatchError("failed", "HotKeyAlreadyRegisteredInSubNet")
        self._check_registration_limits(block)
        charged = self._db.execute(
            "UPDATE balances SET amount = amount - ? WHERE coldkey = ? AND amount >= ?",
            (self.rules.burn, coldkey, self.rules.burn),
        )
        if charged.rowcount == 0:
            raise DispatchError("failed", "NotEnoughBalanceToStake")
        taken = int(self._db.execute("SELECT count(*) FROM seats").fetchone()[0])
        uid = taken if taken < self.rules.max_seats else self._prune(block)
        self._db.execute(
            "INSERT INTO seats (uid, hotkey, coldkey, registered, last_update) VALUES (?, ?, ?, ?, ?)",
            (uid, hotkey, coldkey, block, block),
        )
        self._db.execute("INSERT INTO registrations VALUES (?, ?)", (block, hotkey))
        return uid

    def set_stake(self, hotkey: str, amount: float) -> None:
        """Set the stake of a hotkey; permits follow at the next epoch."""
        self._db.execute("INSERT OR REPLACE INTO stakes VALUES (?, ?)", (hotkey, amount))

    def fund(self, coldkey: str, amount: float) -> None:
        """Add to a coldkey's balance."""
        self._db.execute(
            "INSERT INTO balances VALUES (?, ?) ON CONFLICT (coldkey) DO UPDATE SET amount = amount + excluded.amount",
            (coldkey, amount),
        )

    def serve(self, hotkey: str, ip: str, port: int, block: int) -> None:
        """Announce an axon. Raises DispatchError."""
        uid = self._seat_of(hotkey)
        self._check_address(ip, port)
        served = int(self._db.execute("SELECT served FROM seats WHERE uid = ?", (uid,)).fetchone()[0])
        if served and block - served < self.rules.serve_rate_limit:
            raise DispatchError("rate_limited", "ServingRateLimitExceeded")
        self._db.execute("UPDATE seats SET ip = ?, port = ?, served = ? WHERE uid = ?", (ip, port, block, uid))

    def set_weights(self, hotkey: str, weights: Mapping[int, int], version_key: int, block: int) -> bool:
        """Set or commit weights and return whether they are visible at once. Raises DispatchError."""
        uid = self._seat_of(hotkey)
        if version_key < self.rules.weights_version:
            raise DispatchError("bad_version", "IncorrectWeightVersionKey")
        if block - self.last_update(uid) < self.rules.weights_rate_limit:
            raise DispatchError("too_soon", "SettingWeightsTooFast")
        permit = self._db.execute("SELECT permit FROM seats WHERE uid = ?", (uid,)).fetchone()[0]
        if not permit and set(weights) != {uid}:
            raise DispatchError("no_permit", "NeuronNoValidatorPermit")
        known = {row[0] for row in self._db.execute("SELECT uid FROM seats")}
        if not set(weights) <= known:
            raise DispatchError("bad_weights", "UidVecContainInvalidOne")
        self._db.execute("UPDATE seats SET last_update = ? WHERE uid = ?", (block, uid))
        if self.rules.commit_reveal:
            payload = json.dumps(dict(weights))
            self._db.execute(
                "INSERT INTO commits VALUES (?, ?, ?, ?, ?)",
                (uid, hotkey, block, self.rules.reveal_block(block), payload),
            )
            return False
        store_weights(self._db, uid, weights)
        return True

    # -- faults ----------------------------------------------------------------------------------------------------

    def add_fault(self, kind: str, count: int, until: float) -> None:
        """Make the next `count` calls fail in this way, until the given Unix time."""
        self._db.execute("INSERT INTO faults VALUES (?, ?, ?)", (kind, count, until))

    def take_fault(self, kinds: tuple[str, ...], now: float) -> str | None:
        """Return the kind of fault for this call, if any, and use it up."""
        marks = ", ".join("?" * len(kinds))
        row = self._db.execute(
            f"SELECT rowid, kind FROM faults WHERE kind IN ({marks}) AND remaining > 0 AND until > ? LIMIT 1",  # noqa: S608  only question marks
            (*kinds, now),
        ).fetchone()
        if row is None:
            return None
        self._db.execute("UPDATE faults SET remaining = remaining - 1 WHERE rowid = ?", (row[0],))
        return str(row[1])

    # -- private ---------------------------------------------------------------------------------------------------

    def _seat_of(self, hotkey: str) -> int:
        uid = self.uid(hotkey)
        if uid is None:
            raise DispatchError("not_registered", "HotKeyNotRegisteredInSubNet")
        return uid

    def _check_registration_limits(self, block: int) -> None:
        count = "SELECT count(*) FROM registrations WHERE block >= ?"
        if self._db.execute(count, (block,)).fetchone()[0] >= self.rules.registrations_per_block:
            raise DispatchError("rate_limited", "TooManyRegistrationsThisBlock")
        interval = self.rules.last_epoch(block)
        if self._db.execute(count, (interval,)).fetchone()[0] >= self.rules.registrations_per_tempo:
            raise DispatchError("rate_limited", "TooManyRegistrationsThisInterval")

    def _check_address(self, ip: str, port: int) -> None:
        try:
            address = ipaddress.ip_address(ip)
        except ValueError as error:
            raise DispatchError("bad_address", "InvalidIpAddress") from error
        if address.is_unspecified or (address.is_loopback and not self.rules.allow_loopback):
            raise DispatchError("bad_address", "InvalidIpAddress")
        if not 1024 < port < 65_535:
            raise DispatchError("bad_address", "InvalidPort")

    def _prune(self, block: int) -> int:
        """Free the seat of lowest incentive and return its uid. Immune seats come last; on a tie the oldest goes."""
        uid = int(
            self._db.execute(
                "SELECT uid FROM seats ORDER BY (? - registered < ?), incentive + permit, registered, uid LIMIT 1",
                (block, self.rules.immunity_blocks),
            ).fetchone()[0]
        )
        self._db.execute("DELETE FROM seats WHERE uid = ?", (uid,))
        self._db.execute("DELETE FROM weights WHERE uid = ? OR seat = ?", (uid, uid))
        self._db.execute("DELETE FROM commits WHERE uid = ?", (uid,))
        return uid

    def _advance(self, block: int) -> None:
        """Run the last epoch due by `block`; earlier ones would change nothing, since no call came between them."""
        epoch = self.rules.last_epoch(block)
        if epoch > self._db.execute("SELECT epoch FROM chain").fetchone()[0]:
            run_epoch(self._db, self.rules, epoch)
