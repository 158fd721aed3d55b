"""Decides who is served: hotkeys of the subnet, and users on the validator's list, with a signature and a new nonce.

The SDK accepts nonces up to an hour ahead, trusts the sender's own timeout, and keeps nonces only in memory, without
ever dropping any. Here a nonce may be 30 s ahead, or behind by 4 s plus the sender's timeout (at most 300 s). It can be
used once, even across restarts.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from neurons.chain.contract import Snapshot
from neurons.chain.signing import verify_raw
from neurons.wire.clock import RequestTimes
from neurons.wire.headers import RequestHeaders, signed_bytes
from neurons.wire.refusals import (
    BAD_SIGNATURE,
    FUTURE_NONCE,
    NOT_ALLOWED,
    NOT_ENABLED,
    NOT_REGISTERED,
    STALE_NONCE,
    STARTING,
    UNSIGNED,
    USED_NONCE,
    Refusal,
)

LATE_NS = 4_000_000_000
"""The SDK's own allowance for clock differences and latency."""
AHEAD_NS = 30_000_000_000
MAX_TIMEOUT_S = 300.0
MAX_UUID_CHARS = 64
TIME_REFUSALS = {STALE_NONCE: "stale", FUTURE_NONCE: "future"}


@dataclass(slots=True)
class SenderRules:
    """Who may send requests to the axon of `hotkey`, by the last `snapshot` of the subnet, set after each sync.

    `store_nonce(hotkey, uuid, nonce)` uses a nonce up and returns False if it was not new. `may_ask(hotkey)` checks who
    may ask for organic work, and is None if that is off. `times` notices a wrong clock.
    """

    hotkey: str
    store_nonce: Callable[[str, str, int], Awaitable[bool]]
    may_ask: Callable[[str], bool] | None
    now_ns: Callable[[], int] = time.time_ns
    times: RequestTimes = field(default_factory=lambda: RequestTimes(time.monotonic))
    snapshot: Snapshot | None = None

    def check_allowed(self, synapse: str, hotkey: str) -> Refusal | None:
        """Refuse a hotkey that may not send this synapse. It is not authenticated yet, so that nothing may change."""
        if self.snapshot is None:
            return STARTING
        if synapse in ("Generate", "StatusCheck"):
            if self.may_ask is None:
                return NOT_ENABLED
            return None if self.may_ask(hotkey) else NOT_ALLOWED
        return None if hotkey in self.snapshot.by_hotkey else NOT_REGISTERED

    def check_signature(self, sender: RequestHeaders) -> Refusal | None:
        """Refuse a sender whose signature does not verify, or whose nonce is too old or too far ahead."""
        assert sender.nonce is not None  # the headers are complete
        refusal = check_time(sender.nonce, sender.timeout_s, self.now_ns())
        if not is_signed(sender, self.hotkey):
            return refusal or BAD_SIGNATURE
        self.times.note(sender.hotkey, TIME_REFUSALS[refusal] if refusal else "")
        return refusal

    async def use_nonce(self, sender: RequestHeaders) -> Refusal | None:
        """Use up the nonce of an authenticated sender, or refuse it if it is not new."""
        assert sender.nonce is not None  # the headers are complete
        return None if await self.store_nonce(sender.hotkey, sender.uuid, sender.nonce) else USED_NONCE


def check_complete(sender: RequestHeaders) -> Refusal | None:
    """Refuse headers that lack what every signature needs."""
    complete = sender.hotkey and 0 < len(sender.uuid) <= MAX_UUID_CHARS and sender.signature
    return None if complete and sender.nonce is not None else UNSIGNED


def is_signed(sender: RequestHeaders, receiver: str) -> bool:
    """Check whether the sender's hotkey signed the headers for this receiver. Takes 44 µs, so no thread is needed."""
    try:
        raw = bytes.fromhex(sender.signature.removeprefix("0x"))
    except ValueError:
        return False
    message = signed_bytes(sender.nonce or 0, sender.hotkey, receiver, sender.uuid)
    return verify_raw(sender.hotkey, message, raw)


def check_time(nonce: int, timeout_s: float, now_ns: int) -> Refusal | None:
    """Refuse a nonce (Unix nanoseconds) that is too old for the sender's timeout, or too far ahead."""
    timeout = timeout_s if 0 <= timeout_s < MAX_TIMEOUT_S else MAX_TIMEOUT_S
    if nonce > now_ns + AHEAD_NS:
        return FUTURE_NONCE
    return STALE_NONCE if nonce <= now_ns - LATE_NS - int(timeout * 1e9) else None
