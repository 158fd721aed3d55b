"""Decides who is served: the SDK's blacklist and verify hooks.

The SDK calls the blacklist hook before it checks a signature, so that hook must not change any state. Nonces are
checked here because the SDK accepts them up to an hour ahead, trusts the sender's own timeout, and keeps them only in
memory, without ever dropping any. Here a nonce may be 30 s ahead, or behind by 4 s plus the sender's timeout
(at most 300 s). It can be used once, even across restarts.
"""

from __future__ import annotations

import base64
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bittensor.core.synapse import TerminalInfo

from neurons.chain.contract import Snapshot
from neurons.protocol import NO_FIELDS_HASH, ThreeGenSynapse, verify
from neurons.validator.axon.clock import RequestTimes
from neurons.validator.axon.refusals import (
    BAD_SIGNATURE,
    FUTURE_NONCE,
    INTERNAL,
    INVALID,
    NOT_ALLOWED,
    NOT_ENABLED,
    NOT_REGISTERED,
    STALE_NONCE,
    STARTING,
    UNSIGNED,
    USED_NONCE,
    Refusal,
    RefusedError,
    request_context,
)
from neurons.validator.tasks.state import StateUnavailableError

LATE_NS = 4_000_000_000
"""The SDK's own allowance for clock differences and latency."""
AHEAD_NS = 30_000_000_000
MAX_TIMEOUT_S = 300.0
MAX_UUID_CHARS = 64
TIME_REFUSALS = {STALE_NONCE: "stale", FUTURE_NONCE: "future"}


@dataclass(slots=True)
class RequestVerifier:
    """Checks senders against the last `snapshot` of the subnet, which is set after each sync.

    `use_nonce(hotkey, uuid, nonce)` uses a nonce up and returns False if it was not new. `may_ask(hotkey)` checks who
    may ask for organic work, and is None if that is off. `times` notices a wrong clock.
    """

    hotkey: str
    use_nonce: Callable[[str, str, int], Awaitable[bool]]
    may_ask: Callable[[str], bool] | None
    now_ns: Callable[[], int] = time.time_ns
    times: RequestTimes = field(default_factory=lambda: RequestTimes(time.monotonic))
    snapshot: Snapshot | None = None

    def refusal_for(self, synapse: str, hotkey: str) -> Refusal | None:
        """Return the refusal for a hotkey that may not send this synapse. The hotkey is not authenticated yet."""
        if self.snapshot is None:
            return STARTING
        if synapse in ("Generate", "StatusCheck"):
            if self.may_ask is None:
                return NOT_ENABLED
            return None if self.may_ask(hotkey) else NOT_ALLOWED
        return None if hotkey in self.snapshot.by_hotkey else NOT_REGISTERED

    async def authenticate(self, synapse: ThreeGenSynapse) -> str:
        """Return the hotkey that signed the synapse's headers, and use its nonce up. Raises RefusedError."""
        sender = synapse.dendrite
        if sender is None or not sender.hotkey or not sender.uuid or not sender.signature or sender.nonce is None:
            raise RefusedError(UNSIGNED)
        if len(sender.uuid) > MAX_UUID_CHARS:
            raise RefusedError(UNSIGNED)
        if synapse.computed_body_hash != NO_FIELDS_HASH:
            raise RefusedError(INVALID)
        late = _check_time(sender.nonce, synapse.timeout, self.now_ns())
        if not self._verify_signature(sender):
            raise RefusedError(late or BAD_SIGNATURE)
        self.times.note(sender.hotkey, TIME_REFUSALS.get(late, "") if late else "")
        if late is not None:
            raise RefusedError(late)
        if not await self.use_nonce(sender.hotkey, sender.uuid, sender.nonce):
            raise RefusedError(USED_NONCE)
        return str(sender.hotkey)

    def _verify_signature(self, sender: TerminalInfo) -> bool:
        """Verify the header's signature. Takes 44 µs, so no thread is needed."""
        message = f"{sender.nonce}.{sender.hotkey}.{self.hotkey}.{sender.uuid}.{NO_FIELDS_HASH}"
        try:
            raw = bytes.fromhex(str(sender.signature).removeprefix("0x"))
        except ValueError:
            return False
        return verify(str(sender.hotkey), message.encode(), base64.b64encode(raw).decode())


def _check_time(nonce: int, timeout_s: float | None, now_ns: int) -> Refusal | None:
    timeout = timeout_s if timeout_s is not None and 0 <= timeout_s < MAX_TIMEOUT_S else MAX_TIMEOUT_S
    if nonce > now_ns + AHEAD_NS:
        return FUTURE_NONCE
    return STALE_NONCE if nonce <= now_ns - LATE_NS - int(timeout * 1e9) else None


def blacklist_hook(verifier: RequestVerifier, name: str) -> Callable[[ThreeGenSynapse], tuple[bool, str]]:
    """Return the SDK's blacklist hook for one synapse."""

    def blacklisted(synapse: ThreeGenSynapse) -> tuple[bool, str]:
        refusal = verifier.refusal_for(name, str(synapse.dendrite.hotkey) if synapse.dendrite else "")
        request_context.get().refusal = refusal
        return refusal is not None, refusal.code if refusal else ""

    return blacklisted


def verify_hook(verifier: RequestVerifier) -> Callable[[ThreeGenSynapse], Awaitable[None]]:
    """Return the SDK's verify hook, the same for every synapse."""

    async def verified(synapse: ThreeGenSynapse) -> None:
        context = request_context.get()
        try:
            context.hotkey = await verifier.authenticate(synapse)
        except RefusedError as error:
            context.refusal = error.refusal
            raise
        except (StateUnavailableError, sqlite3.Error):  # the nonce cannot be stored
            context.refusal = INTERNAL
            raise

    return verified
