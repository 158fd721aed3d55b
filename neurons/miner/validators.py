"""Chooses the validator to call next: the one with the most stake that may be called now.

A validator is not called while one of its tasks is open, during the cooldown that it set, and, after failed calls, for
a time that doubles with each failure. State is kept by hotkey, so a seat that changes hands starts without any.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from neurons.chain.contract import Seat, Snapshot
from neurons.miner.rules import MinerRules
from neurons.wire.peers import Peer
from serving.tasks import backoff_s

logger = logging.getLogger(__name__)

NO_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  addresses of seats without an axon
EARLIEST_S = 0.2
"""Shortest wait after a cooldown, which is given in whole seconds of another machine's clock."""
LATEST_S = 1.5
"""Longest wait after a cooldown: the spread keeps miners from calling all at once."""


@dataclass(slots=True)
class _Status:
    """The state of one validator; unless it is busy it may be called at `free_at` or at `free_after`.

    The first is in Unix seconds and the second in monotonic ones, and whichever comes first counts, so that a clock
    that is put right, in either direction, delays no call.
    """

    peer: Peer
    free_at: float = 0.0
    free_after: float = 0.0
    busy: bool = False
    failures: int = 0  # failed calls in a row
    refusals: int = 0  # results in a row that were not judged
    version: int | None = None


def find_validators(snapshot: Snapshot, own_hotkey: str, min_stake: float) -> list[Seat]:
    """Return the seats of the validators worth calling: a permit, enough stake to set weights, and an axon."""
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
    """Return a release number in readable form: 10203 becomes 1.2.3."""
    return f"{version // 10_000}.{version // 100 % 100}.{version % 100}"


class Validators:
    """The validators worth calling.

    `now` returns Unix seconds and `monotonic` monotonic ones, `rng` draws jitter, `version` is our own release.
    """

    def __init__(
        self,
        rules: MinerRules,
        now: Callable[[], float],
        rng: random.Random,
        version: int = 0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules, self._now, self._rng, self._version = rules, now, rng, version
        self._monotonic = monotonic
        self._all: dict[str, _Status] = {}

    def __len__(self) -> int:
        return len(self._all)

    @property
    def reachable(self) -> int:
        """Number of validators whose last call did not fail."""
        return sum(not status.failures for status in self._all.values())

    def update(self, snapshot: Snapshot, own_hotkey: str) -> None:
        """Take the validators from a new snapshot; those that were known keep their state."""
        seats = find_validators(snapshot, own_hotkey, self._rules.min_stake)
        kept = {hotkey: status for hotkey, status in self._all.items() if status.busy}  # until their task ends
        for seat in seats:
            peer = Peer(seat.hotkey, seat.ip, seat.port, seat.stake)
            known = self._all.get(seat.hotkey)
            if known is None:  # a new miner spreads its first calls
                wait_s = self._rng.uniform(0, LATEST_S)
                known = _Status(peer, self._now() + wait_s, self._monotonic() + wait_s)
            elif (known.peer.ip, known.peer.port) != (peer.ip, peer.port):
                known.failures = 0
            known.peer = peer
            kept[seat.hotkey] = known
        self._all = kept

    def clear(self) -> None:
        """Drop all validators without an open task."""
        self._all = {hotkey: status for hotkey, status in self._all.items() if status.busy}

    def choose(self) -> Peer | None:
        """Return the validator with the most stake that may be called now, and mark it busy until a `note_…` call."""
        free = [status for status in self._all.values() if not status.busy and not self._remaining_s(status)]
        if not free:
            return None
        chosen = max(free, key=lambda status: status.peer.stake)
        chosen.busy = True
        return chosen.peer

    def wait_s(self) -> float | None:
        """Return the seconds until a validator may be called, None if that depends on open tasks or the chain."""
        return min((self._remaining_s(status) for status in self._all.values() if not status.busy), default=None)

    def note_reply(self, peer: Peer, until: float) -> None:
        """Note that a validator replied and may be called again at `until`."""
        ahead = min(until - self._now(), self._rules.max_cooldown_s)
        self._free(peer, max(0.0, ahead) + self._rng.uniform(EARLIEST_S, LATEST_S))
        if (status := self._all.get(peer.hotkey)) is not None:
            status.failures = 0

    def note_verdict(self, peer: Peer, until: float) -> None:
        """Note that a validator judged a result and may be called again at `until`."""
        self.note_reply(peer, until)
        if (status := self._all.get(peer.hotkey)) is not None:
            status.refusals = 0

    def note_failure(self, peer: Peer, retry_after_s: float | None = None) -> None:
        """Note that a call failed, or that its reply named no time to call again."""
        if (status := self._all.get(peer.hotkey)) is not None:
            status.failures += 1
            least = min(retry_after_s or 0.0, self._rules.max_cooldown_s)
            self._free(peer, max(self._backoff_s(status.failures), least))

    def note_refusal(self, peer: Peer, until: float = 0.0) -> None:
        """Note that a validator refused to judge a result, and would refuse the next one as well before `until`."""
        if (status := self._all.get(peer.hotkey)) is not None:
            status.refusals += 1
            ahead = min(until - self._now(), self._rules.max_cooldown_s)
            self._free(peer, max(self._backoff_s(status.refusals), ahead + self._rng.uniform(EARLIEST_S, LATEST_S)))

    def note_release(self, peer: Peer, version: int | None) -> None:
        """Note the release that a validator runs; log once if it differs from ours."""
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
            status.busy, status.free_at, status.free_after = False, self._now() + wait_s, self._monotonic() + wait_s

    def _remaining_s(self, status: _Status) -> float:
        return max(0.0, min(status.free_at - self._now(), status.free_after - self._monotonic()))
