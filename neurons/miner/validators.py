"""Which validator to ask next: the one of most stake that may be asked now. Pure, but for the dice that are passed in.

A validator is left alone while we hold a task of it, during the cooldown it told, and after a failed call for a time
that doubles. All is keyed by hotkey, so that a seat that changes hands starts afresh.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from neurons.chain.contract import Seat, Snapshot
from neurons.miner.peers import Peer
from neurons.miner.rules import MinerRules

logger = logging.getLogger(__name__)

NOWHERE = ("", "0.0.0.0", "::")  # noqa: S104  what a seat that serves nothing announces
EARLIEST_S = 0.2
"""After a cooldown's end: it is told in whole seconds, of another machine's clock."""
LATEST_S = 1.5


@dataclass(slots=True)
class _Standing:
    """How we stand with one validator."""

    peer: Peer
    free_at: float = 0.0
    busy: bool = False
    failures: int = 0  # calls in a row
    refusals: int = 0  # results in a row that were not looked at
    version: int | None = None


def eligible(snapshot: Snapshot, own_hotkey: str, min_stake: float) -> list[Seat]:
    """The seats worth asking: with a permit, enough stake for weights to count, and an axon."""
    return [
        seat
        for seat in snapshot.seats
        if seat.validator_permit
        and seat.stake >= min_stake
        and seat.hotkey != own_hotkey
        and seat.ip not in NOWHERE
        and 0 < seat.port < 65_536
    ]


def release(version: int) -> str:
    """A release's number for people: 10203 is 1.2.3."""
    return f"{version // 10_000}.{version // 100 % 100}.{version % 100}"


class Validators:
    """All validators worth asking. `now` gives Unix seconds, `dice` the jitter, `version` is our own release."""

    def __init__(self, rules: MinerRules, now: Callable[[], float], dice: random.Random, version: int = 0) -> None:
        self._rules, self._now, self._dice, self._version = rules, now, dice, version
        self._all: dict[str, _Standing] = {}

    def __len__(self) -> int:
        return len(self._all)

    @property
    def reachable(self) -> int:
        """Those whose last call did not fail."""
        return sum(not one.failures for one in self._all.values())

    def update(self, snapshot: Snapshot, own_hotkey: str) -> None:
        """To be told after each look at the chain. What is known of those who stay is kept."""
        seats = eligible(snapshot, own_hotkey, self._rules.min_stake)
        kept = {hotkey: one for hotkey, one in self._all.items() if one.busy}  # until their task has ended
        for seat in seats:
            peer = Peer(seat.hotkey, seat.ip, seat.port, seat.stake)
            known = self._all.get(seat.hotkey)
            if known is None:  # not all at once, when a miner starts
                known = _Standing(peer, self._now() + self._dice.uniform(0, LATEST_S))
            elif (known.peer.ip, known.peer.port) != (peer.ip, peer.port):
                known.failures = 0
            known.peer = peer
            kept[seat.hotkey] = known
        self._all = kept

    def clear(self) -> None:
        """Nobody may be asked any more."""
        self._all = {hotkey: one for hotkey, one in self._all.items() if one.busy}

    def choose(self) -> Peer | None:
        """The validator of most stake that may be asked now; it is busy until told otherwise."""
        free = [one for one in self._all.values() if not one.busy and one.free_at <= self._now()]
        if not free:
            return None
        chosen = max(free, key=lambda one: one.peer.stake)
        chosen.busy = True
        return chosen.peer

    def wait_s(self) -> float | None:
        """Seconds until one may be asked, None when that depends on work at hand or on the chain."""
        times = [one.free_at for one in self._all.values() if not one.busy]
        return max(0.0, min(times) - self._now()) if times else None

    def answered(self, peer: Peer, until: float) -> None:
        """It answered, and may be asked again at `until`."""
        ahead = min(until - self._now(), self._rules.max_cooldown_s)
        self._free(peer, max(0.0, ahead) + self._dice.uniform(EARLIEST_S, LATEST_S))
        if (standing := self._all.get(peer.hotkey)) is not None:
            standing.failures = 0

    def judged(self, peer: Peer, until: float) -> None:
        """It looked at a result, and may be asked again at `until`."""
        self.answered(peer, until)
        if (standing := self._all.get(peer.hotkey)) is not None:
            standing.refusals = 0

    def failed(self, peer: Peer, retry_after_s: float | None = None) -> None:
        """A call failed, or was refused without a time to come back that lies ahead."""
        if (standing := self._all.get(peer.hotkey)) is not None:
            standing.failures += 1
            least = min(retry_after_s or 0.0, self._rules.max_cooldown_s)
            self._free(peer, max(self._backoff_s(standing.failures), least))

    def refused(self, peer: Peer) -> None:
        """It did not look at a result: the next one would meet the same."""
        if (standing := self._all.get(peer.hotkey)) is not None:
            standing.refusals += 1
            self._free(peer, self._backoff_s(standing.refusals))

    def runs(self, peer: Peer, version: int | None) -> None:
        """It told which release it runs; said once, when that is another than ours."""
        standing = self._all.get(peer.hotkey)
        if standing is None or version is None or standing.version == version:
            return
        standing.version = version
        if version > self._version:
            logger.warning("%s runs release %s, newer than ours: look for an update", peer, release(version))
        elif version < self._version:
            logger.info("%s still runs release %s", peer, release(version))

    def _backoff_s(self, times: int) -> float:
        doubled = self._rules.backoff_s * 2.0 ** min(times - 1, 20)
        return min(doubled, self._rules.max_backoff_s) * self._dice.uniform(0.75, 1.25)

    def _free(self, peer: Peer, wait_s: float) -> None:
        if (standing := self._all.get(peer.hotkey)) is not None:
            standing.busy, standing.free_at = False, self._now() + wait_s
