"""Request bodies: how many large ones may be held at a time, and how slowly one may arrive."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Message, Receive

from neurons.validator.axon.refusals import BUSY, BUSY_WITH_YOU, SLOW_BODY, Refusal, RefusedError
from neurons.validator.tasks.replies import MAX_OTHER_BYTES, MAX_RESULT_BYTES


@dataclass(frozen=True, slots=True)
class BodyRules:
    """Limits of bodies (docs/protocol.md)."""

    max_result_bytes: int = MAX_RESULT_BYTES
    max_other_bytes: int = MAX_OTHER_BYTES
    envelope_bytes: int = 32 << 10  # what a synapse weighs beside its results: a prompt may be escaped to 12 KiB
    at_once: int = 8  # large bodies, from their first byte to their reply
    of_one_hotkey: int = 2
    free_s: float = 5.0  # after so long …
    min_rate: float = 64 << 10  # … so many bytes a second must have come
    requests: int = 512  # of any size, at a time
    linger_s: float = 10.0  # for what is left of a refused body …
    lingering: int = 64  # … in so many connections; any other is closed at once


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
        """Acquire a slot for a hotkey whose header has verified, or return the reason why there is none."""
        if self._held[hotkey] >= self._rules.of_one_hotkey:
            return BUSY_WITH_YOU
        if self.taken >= self._rules.at_once:
            return BUSY
        self._held[hotkey] += 1
        return None

    def release(self, hotkey: str) -> None:
        """Release a slot."""
        self._held[hotkey] -= 1
        self._held += Counter()  # drop hotkeys that hold no slot


class Body:
    """One body on its way in: `enter` is asked before its first byte is taken, and its pace is watched.

    `receive` is the server's; `length` its Content-Length. Used by one request, on its event loop.
    """

    def __init__(self, receive: Receive, length: int, rules: BodyRules, enter: Callable[[], Refusal | None]) -> None:
        self._receive, self._rules, self._enter = receive, rules, enter
        self._length = length
        self._begun_at: float | None = None
        self._seen = 0
        self.complete = length == 0

    async def receive(self) -> Message:
        """The server's next message, as ASGI has it. Raises RefusedError."""
        if self.complete:  # only the disconnect is left to wait for, and that may take as long as the answer
            return await self._receive()
        if self._begun_at is None and (refusal := self._enter()) is not None:
            raise RefusedError(refusal)
        return await self._next()

    async def discard(self) -> None:
        """Read and discard the rest for a bounded time, so that the peer gets to read its answer."""
        with contextlib.suppress(TimeoutError, RefusedError):
            async with asyncio.timeout(self._rules.linger_s):
                while not self.complete and self._seen <= self._rules.max_result_bytes:
                    if (await self._next())["type"] == "http.disconnect":
                        return

    async def _next(self) -> Message:
        now = asyncio.get_running_loop().time
        if self._begun_at is None:
            self._begun_at = now()
        deadline = self._begun_at + self._rules.free_s + (self._seen + 1) / self._rules.min_rate
        try:
            async with asyncio.timeout_at(deadline):
                message = await self._receive()
        except TimeoutError:
            raise RefusedError(SLOW_BODY) from None
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
        return message
