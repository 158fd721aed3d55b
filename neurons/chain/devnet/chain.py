"""The embedded devnet as a `Chain`: blocks follow from the clock, the ledger keeps the state.

It behaves as the SDK's adapter does, refusals and waits included (docs/devnet.md). A write is included in the block
after the head that its caller saw, and the caller waits for that block. No signature is checked: anyone who can
write to the file controls the chain.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from neurons.chain.contract import ChainUnavailable, Outcome, Snapshot, explain_bad_weights, scale_to_u16
from neurons.chain.devnet.ledger import DispatchError, Ledger

READ_FAULTS = ("away", "hang")
WRITE_FAULTS = ("away", "hang", "pool", "dispatch", "lost")
FAULTS = (*WRITE_FAULTS, "stale")
"""away: no connection. hang: no answer within `hang_s`. pool: refused by the transaction pool. dispatch: fails in its
block. lost: takes effect, but the answer is lost. stale: returns the previous snapshot."""


class Devnet:
    """A connection of one hotkey to the devnet file at `path`, to be used by one thread at a time.

    `now` returns Unix seconds and `sleep` waits; tests pass their own. Raises ChainError if there is no devnet.
    """

    def __init__(
        self,
        path: Path,
        hotkey: str,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        hang_s: float = 60.0,
    ) -> None:
        self._ledger = Ledger(path)
        self.rules = self._ledger.rules
        self.hotkey = hotkey
        self._now = now
        self._sleep = sleep
        self._hang_s = hang_s
        self._head = 0
        self._last_snapshot: Snapshot | None = None

    def block(self) -> int:
        """Return the number of the best head, which never decreases within one instance, whatever the clock does."""
        self._apply_fault(READ_FAULTS)
        return self._update_head()

    def timestamp(self) -> float:
        """Return when the best head was made, in Unix seconds."""
        self._apply_fault(READ_FAULTS)
        return self.rules.time_of(self._ledger.start, self._update_head())

    def uid(self, hotkey: str) -> int | None:
        """Return the uid of a hotkey, None if it is not registered."""
        self._apply_fault(READ_FAULTS)
        return self._ledger.uid(hotkey)

    def snapshot(self) -> Snapshot:
        """Return all seats at the head's block."""
        self._apply_fault(READ_FAULTS)
        old = self._last_snapshot
        if old is not None and self._ledger.take_fault(("stale",), self._now()):
            return old
        self._last_snapshot = self._ledger.snapshot(self._update_head())
        return self._last_snapshot

    def weights(self) -> dict[int, dict[int, int]]:
        """Return the weights in force, by uid of the validator, then of the seat (0 to 65535)."""
        self._apply_fault(READ_FAULTS)
        with self._ledger.block(self._update_head()):
            return self._ledger.weights()

    def blocks_until_weights(self) -> int:
        """Return the number of blocks until weights may be set; 0: now, or the hotkey is not registered."""
        self._apply_fault(READ_FAULTS)
        uid = self._ledger.uid(self.hotkey)
        if uid is None:
            return 0
        since = self._update_head() - self._ledger.last_update(uid)
        return max(0, self.rules.weights_rate_limit + 1 - since)

    def serve_axon(self, ip: str, port: int) -> Outcome:
        """Announce the address of the hotkey's axon."""
        uid = self.uid(self.hotkey)
        if uid is not None and self._ledger.axon(uid) == (ip, port):
            return Outcome(True, "unchanged", "already announced", None, True)
        return self._submit(lambda block: self._ledger.serve(self.hotkey, ip, port, block))

    def set_weights(self, weights: Mapping[int, float], version_key: int) -> Outcome:
        """Make one attempt to set weights by uid; with commit-reveal they stay hidden until a later epoch."""
        reason = explain_bad_weights(weights)
        if reason is not None:
            return Outcome(False, "bad_weights", reason, None, True)
        wait = self.blocks_until_weights()
        if wait:
            return Outcome(False, "too_soon", f"{wait} blocks too early; nothing was sent", None, True)
        values = scale_to_u16(weights)
        return self._submit(lambda block: self._ledger.set_weights(self.hotkey, values, version_key, block))

    def register(self, coldkey: str) -> Outcome:
        """Buy a seat for the hotkey; the detail of the outcome is the uid."""
        return self._submit(lambda block: f"uid {self._ledger.register(self.hotkey, coldkey, block)}")

    def set_stake(self, amount: float) -> Outcome:
        """Set the stake of the hotkey."""
        return self._submit(lambda _: self._ledger.set_stake(self.hotkey, amount))

    def fund(self, coldkey: str, amount: float) -> Outcome:
        """Add to a coldkey's balance."""
        return self._submit(lambda _: self._ledger.fund(coldkey, amount))

    def cause_fault(self, kind: str, *, count: int = 1, for_s: float = 3600.0) -> None:
        """Make the next `count` calls of any process within `for_s` seconds fail in this way. Raises ValueError."""
        if kind not in FAULTS:
            raise ValueError(f"a fault is one of {', '.join(FAULTS)}, not {kind!r}")
        self._ledger.add_fault(kind, count, self._now() + for_s)

    def close(self) -> None:
        """Close the connection."""
        self._ledger.close()

    def _update_head(self) -> int:
        self._head = max(self._head, self.rules.block_at(self._ledger.start, self._now()))
        return self._head

    def _apply_fault(self, kinds: tuple[str, ...]) -> str | None:
        fault = self._ledger.take_fault(kinds, self._now())
        if fault == "hang":
            self._sleep(self._hang_s)
        if fault in READ_FAULTS:
            raise ChainUnavailable(f"the node does not answer ({fault})")
        return fault

    def _submit(self, effect: Callable[[int], object]) -> Outcome:
        """Include a write in the block after the head. It uses up one nonce, also if it fails there."""
        fault = self._apply_fault(WRITE_FAULTS)
        if fault == "pool":
            return Outcome(False, "rejected", "the pool refused the call", None, True)
        block = self._wait_for(self._update_head() + 1)
        outcome = self._include(effect, block, fails=fault == "dispatch")
        if fault == "lost":
            raise ChainUnavailable("the answer was lost; whether the call took effect is unknown")
        return outcome

    def _include(self, effect: Callable[[int], object], block: int, *, fails: bool) -> Outcome:
        try:
            with self._ledger.block(block):
                result = _raise_dispatch_error() if fails else effect(block)
                self._ledger.use_nonce(self.hotkey)
        except DispatchError as error:
            with self._ledger.block(block):
                self._ledger.use_nonce(self.hotkey)
            return Outcome(False, error.code, error.name, block, True)
        if result is False:
            return Outcome(True, "committed", "hidden until a later epoch", block, False)
        return Outcome(True, "ok", str(result) if isinstance(result, str) else "", block, True)

    def _wait_for(self, block: int) -> int:
        while (head := self._update_head()) < block:
            self._sleep(max(0.001, self.rules.time_of(self._ledger.start, block) - self._now()))
        return head


def _raise_dispatch_error() -> object:
    raise DispatchError("failed", "BadOrigin")
