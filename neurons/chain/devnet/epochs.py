"""Runs an epoch on the devnet's ledger: reveals hidden weights and recomputes permits and incentives.

Runs inside the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from neurons.chain.devnet.consensus import compute_incentives, compute_permits
from neurons.chain.devnet.rules import Rules


def run_epoch(db: sqlite3.Connection, rules: Rules, epoch: int) -> None:
    """Run the epoch at the start of block `epoch`. Incentives and permits change only in epochs."""
    _reveal(db, epoch)
    rows = db.execute(
        "SELECT uid, registered, last_update, coalesce(amount, 0) FROM seats"
        " LEFT JOIN stakes ON stakes.hotkey = seats.hotkey ORDER BY uid"
    ).fetchall()
    permits = compute_permits([stake for _, _, _, stake in rows], rules.max_validators, rules.min_stake)
    active = {
        uid: stake
        for uid, _, last_update, stake in rows
        if permits[uid] and epoch - last_update <= rules.activity_cutoff
    }
    updated = {uid: last_update for uid, _, last_update, _ in rows}
    registered = {uid: block for uid, block, _, _ in rows}
    weights = {
        uid: {seat: float(value) for seat, value in row.items() if updated[uid] > registered[seat]}
        for uid, row in read_weights(db).items()
    }
    for uid, incentive in enumerate(compute_incentives(active, weights, len(rows))):
        db.execute("UPDATE seats SET incentive = ?, permit = ? WHERE uid = ?", (incentive, permits[uid], uid))
    db.execute("DELETE FROM registrations WHERE block < ?", (epoch,))
    db.execute("UPDATE chain SET epoch = ?", (epoch,))


def read_weights(db: sqlite3.Connection) -> dict[int, dict[int, int]]:
    """Return the weights in force, by uid of the validator, then of the seat (0 to 65535)."""
    table: dict[int, dict[int, int]] = {}
    for uid, seat, value in db.execute("SELECT uid, seat, value FROM weights ORDER BY uid, seat"):
        table.setdefault(uid, {})[seat] = value
    return table


def store_weights(db: sqlite3.Connection, uid: int, weights: Mapping[int, int]) -> None:
    """Replace the weights of one validator."""
    db.execute("DELETE FROM weights WHERE uid = ?", (uid,))
    db.executemany("INSERT INTO weights VALUES (?, ?, ?)", [(uid, seat, value) for seat, value in weights.items()])


def _reveal(db: sqlite3.Connection, epoch: int) -> None:
    """Put due weights into force, except for seats that changed hands after the commit."""
    rows = db.execute(
        "SELECT commits.uid, block, payload FROM commits JOIN seats USING (uid, hotkey)"
        " WHERE reveal <= ? ORDER BY block, commits.rowid",
        (epoch,),
    ).fetchall()
    registered = dict(db.execute("SELECT uid, registered FROM seats").fetchall())
    for uid, block, payload in rows:
        weights = {int(seat): value for seat, value in json.loads(payload).items()}
        store_weights(db, uid, {s: v for s, v in weights.items() if s in registered and registered[s] < block})
    db.execute("DELETE FROM commits WHERE reveal <= ?", (epoch,))
