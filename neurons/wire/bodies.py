"""Limits on request bodies: how large, how many large ones at a time, and how slowly one may arrive."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass

from starlette.types import Message, Receive

from neurons.messages import MAX_OTHER_BYTES, MAX_RESULT_BYTES
from neurons.wire.refusals import BUSY, BUSY_WITH_YOU, SLOW_BODY, Refusal, RefusedError


class HungUpError(Exception):
    """The peer closed the connection before its request was complete: nobody waits for a reply."""


@dataclass(frozen=True, slots=True)
class BodyRules:
    """Limits on requests and their bodies (docs/protocol.md)."""

    max_result_bytes: int = MAX_RESULT_BYTES
    max_other_bytes: int = MAX_OTHER_BYTES
    envelope_bytes: int = 32 << 10  # the size of a synapse without its results; an escaped prompt can take 12 KiB
    max_large: int = 8  # large bodies at a time, each from its first byte to its reply
    max_large_per_hotkey: int = 2
    grace_s: float = 5.0  # until a body's pace is checked
    min_bytes_per_s: float = 64 << 10  # the slowest pace
    max_requests: int = 512  # at a time, of any size
    discard_s: float = 10.0  # how long the rest of a refused body is read and discarded
    max_discarding: int = 64  # connections doing that at a time; others are closed at once


class BodySlots:
    """Slots for large bodies, with a limit in total and per hotkey. A slot is held until the reply is sent."""

    def __init__(self, rules: BodyRules) -> None:
        self._rules = rules
        self._held: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Number of slots in use."""
        return self._held.total()

    def acquire(self, hotkey: str) -> Refusal | None:
        """Acquire a slot for an authenticated hotkey, or return the refusal if none is free."""
        if self._held[hotkey] >= self._rules.max_large_per_hotkey:
            return BUSY_WITH_YOU
        if self.taken >= self._rules.max_large:
            return BUSY
        self._held[hotkey] += 1
        return None

    def release(self, hotkey: str) -> None:
        """Release a slot."""
        self._held[hotkey] -= 1
        self._held += Counter()  # drop hotkeys that hold no slot


class Body:
    """The body of one request, read through the server's `receive` at a minimum pace.

    `length` is its Content-Length.
    """

    def __init__(self, receive: Receive, length: int, rules: BodyRules) -> None:
        self._receive, self._rules = receive, rules
        self._started_at: float | None = None
        self._bytes_read = 0
        self.complete = length == 0

    async def read(self) -> list[bytes]:
        """Return the whole body in pieces. Raises RefusedError if it is too slow, HungUpError if the peer hangs up."""
        pieces = []
        while not self.complete:
            message = await self._next()
            if message["type"] == "http.disconnect":
                raise HungUpError
            pieces.append(message.get("body", b""))
        return pieces

    async def discard(self) -> None:
        """Read and discard the rest for a bounded time, so that the peer can read its reply."""
        with contextlib.suppress(TimeoutError, RefusedError):
            async with asyncio.timeout(self._rules.discard_s):
                while not self.complete and self._bytes_read <= self._rules.max_result_bytes:
                    if (await self._next())["type"] == "http.disconnect":
                        return

    async def _next(self) -> Message:
        now = asyncio.get_running_loop().time()
        if self._started_at is None:
            self._started_at = now
        deadline = self._started_at + self._rules.grace_s + (self._bytes_read + 1) / self._rules.min_bytes_per_s
        try:
            async with asyncio.timeout_at(deadline):
                message = await self._receive()
        except TimeoutError:
            raise RefusedError(SLOW_BODY) from None
        if message["type"] == "http.request":
            self._bytes_read += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
        return message
