"""Chooses the validator to call next: the one with the most stake that may be called now.

A validator is not called while a task of it is open, during the cooldown that it set, and after a failed call for a
time that doubles with each failure. Everything is keyed by hotkey, so a seat that changes hands starts afresh.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from neurons.chain.contract import Seat, Snapshot
from neurons.miner.peers import Peer
from neurons.miner.rules import MinerRules
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

NO_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  addresses of seats without an axon
EARLIEST_S = 0.2
"""Least wait after a cooldown, which comes in whole seconds of another machine's clock."""
LATEST_S = 1.5
"""Longest such wait: miners do not all call at once."""


@dataclass(slots=True)
class _Status:
    """What is known about one validator."""

    peer: Peer
    free_at: float = 0.0
    busy: bool = False
    failures: int = 0  # failed calls in a row
    refusals: int = 0  # results in a row that it refused to judge
    version: int | None = None


def eligible(snapshot: Snapshot, own_hotkey: str, min_stake: float) -> list[Seat]:
    """Return the seats of validators worth calling: with a permit, enough stake to set weights, and an axon."""
    return [
        seat
        for seat in snapshot.seats
        if seat.validator_permit
        and seat.stake >= min_stake
        and seat.hotkey != own_hotkey
        and seat.ip not in NO_ADDRESS
        and 0 < seat.port < 65_536
    ]


def format_release(version: int) -> str:
    """Return a release number for people: 10203 is 1.2.3."""
    return f"{version // 10_000}.{version // 100 % 100}.{version % 100}"


class Validators:
    """All validators worth calling. `now` returns Unix seconds, `rng` makes jitter, `version` is our own release."""

    def __init__(self, rules: MinerRules, now: Callable[[], float], rng: random.Random, version: int = 0) -> None:
        self._rules, self._now, self._rng, self._version = rules, now, rng, version
        self._all: dict[str, _Status] = {}

    def __len__(self) -> int:
        return len(self._all)

    @property
    def reachable(self) -> int:
        """Number of validators whose last call did not fail."""
        return sum(not one.failures for one in self._all.values())

    def update(self, snapshot: Snapshot, own_hotkey: str) -> None:
        """Take the validators from a new snapshot, keeping what is known about those that stay."""
        seats = eligible(snapshot, own_hotkey, self._rules.min_stake)
        kept = {hotkey: one for hotkey, one in self._all.items() if one.busy}  # until their task ends
        for seat in seats:
            peer = Peer(seat.hotkey, seat.ip, seat.port, seat.stake)
            known = self._all.get(seat.hotkey)
            if known is None:  # spread the first calls of a new miner
                known = _Status(peer, self._now() + self._rng.uniform(0, LATEST_S))
            elif (known.peer.ip, known.peer.port) != (peer.ip, peer.port):
                known.failures = 0
            known.peer = peer
            kept[seat.hotkey] = known
        self._all = kept

    def clear(self) -> None:
        """Drop all validators without an open task."""
        self._all = {hotkey: one for hotkey, one in self._all.items() if one.busy}

    def choose(self) -> Peer | None:
        """Return the validator with the most stake that may be called now, marked busy until a result is reported."""
        free = [one for one in self._all.values() if not one.busy and one.free_at <= self._now()]
        if not free:
            return None
        chosen = max(free, key=lambda one: one.peer.stake)
        chosen.busy = True
        return chosen.peer

    def wait_s(self) -> float | None:
        """Return the seconds until one may be called, None if that depends on open tasks or on the chain."""
        times = [one.free_at for one in self._all.values() if not one.busy]
        return max(0.0, min(times) - self._now()) if times else None

    def note_reply(self, peer: Peer, until: float) -> None:
        """Note that it replied and may be called again at `until`."""
        ahead = min(until - self._now(), self._rules.max_cooldown_s)
        self._free(peer, max(0.0, ahead) + self._rng.uniform(EARLIEST_S, LATEST_S))
        if (status := self._all.get(peer.hotkey)) is not None:
            status.failures = 0

    def note_verdict(self, peer: Peer, until: float) -> None:
        """Note that it judged a result and may be called again at `until`."""
        self.note_reply(peer, until)
        if (status := self._all.get(peer.hotkey)) is not None:
            status.refusals = 0

    def note_failure(self, peer: Peer, retry_after_s: float | None = None) -> None:
        """Note a failed call, or a reply without a time to come back."""
        if (status := self._all.get(peer.hotkey)) is not None:
            status.failures += 1
            least = min(retry_after_s or 0.0, self._rules.max_cooldown_s)
            self._free(peer, max(self._backoff_s(status.failures), least))

    def note_refusal(self, peer: Peer) -> None:
        """Note that it refused to judge a result; the next one would be refused as well."""
        if (status := self._all.get(peer.hotkey)) is not None:
            status.refusals += 1
            self._free(peer, self._backoff_s(status.refusals))

    def note_release(self, peer: Peer, version: int | None) -> None:
        """Note the release it runs; log once if it differs from ours."""
        status = self._all.get(peer.hotkey)
        if status is None or version is None or status.version == version:
            return
        status.version = version
        if version > self._version:
            logger.warning("%s runs release %s, newer than ours: please update", peer, format_release(version))
        elif version < self._version:
            logger.info("%s still runs release %s", peer, format_release(version))

    def _backoff_s(self, times: int) -> float:
        return backoff_s(times - 1, self._rules.backoff_s, self._rules.max_backoff_s, self._rng)

    def _free(self, peer: Peer, wait_s: float) -> None:
        if (status := self._all.get(peer.hotkey)) is not None:
            status.busy, status.free_at = False, self._now() + wait_s
