"""Whether a fetch comes from a validator of the subnet: its signature, its seat, its stake.

The one place of the prompter that knows the chain.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from neurons.chain.contract import Chain, ChainError, Snapshot
from neurons.chain.contract import ChainUnavailable as ChainUnavailable  # noqa: PLC0414  raised by Gate
from neurons.chain.signing import verify
from neurons.chain.worker import ChainWorker, Deadlines
from neurons.messages import bound_fetch_message, fetch_message
from prompter.collector.schemas import Fetch

logger = logging.getLogger(__name__)

NONCE_WINDOW_S = 300.0
_SNAPSHOT_S = 600.0
"""A snapshot is asked for anew after this long: stakes change slowly, and a full subnet takes seconds to read."""
_UNKNOWN_S = 30.0
"""… and after this long when it does not know a hotkey, which may have registered since."""
_RETRY_S = 10.0
"""Without any snapshot the chain is tried again after this long."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a fetch is refused: HTTP status, code, a text for people."""

    status: int
    code: str
    detail: str


class Gate:
    """Says who may fetch. `now` gives Unix seconds; `open_chain` connects, blocking."""

    def __init__(
        self,
        open_chain: Callable[[], Chain],
        *,
        min_stake: float,
        collector: str = "",
        require_bound: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._chain = ChainWorker(open_chain, Deadlines(), time.monotonic)
        self._min_stake = min_stake
        self._collector = collector
        self._require_bound = require_bound
        self._now = now
        self._snapshot: Snapshot | None = None
        self._tried_at = 0.0
        self._turn = asyncio.Lock()

    async def refusal(self, fetch: Fetch) -> Refusal | None:
        """Why this fetch must not be answered, or None. Raises ChainUnavailable while there is no snapshot at all."""
        if (refusal := self._signed_wrong(fetch)) is not None:
            return refusal
        seat = (await self._seats(fetch.hotkey)).by_hotkey.get(fetch.hotkey)
        if seat is None:
            return Refusal(403, "not_registered", "this hotkey is not registered in the subnet")
        if seat.stake < self._min_stake:
            return Refusal(403, "low_stake", f"a validator has at least {self._min_stake:g} at stake")
        return None

    async def close(self) -> None:
        """Ends the connection."""
        await self._chain.close()

    def _signed_wrong(self, fetch: Fetch) -> Refusal | None:
        if abs(fetch.nonce / 1e9 - self._now()) > NONCE_WINDOW_S:
            return Refusal(403, "stale_nonce", f"the nonce is not within {NONCE_WINDOW_S:g} s of this clock")
        if fetch.bound or self._require_bound:
            if self._collector and fetch.collector != self._collector:
                return Refusal(403, "bad_signature", "the request is bound to another collector")
            if not verify(fetch.hotkey, bound_fetch_message(fetch.collector, fetch.nonce, fetch.hotkey), fetch.bound):
                return Refusal(403, "bad_signature", "`bound` is not this hotkey's signature")
        if not verify(fetch.hotkey, fetch_message(fetch.nonce, fetch.hotkey), fetch.signature):
            return Refusal(403, "bad_signature", "`signature` is not this hotkey's")
        return None

    async def _seats(self, hotkey: str) -> Snapshot:
        async with self._turn:
            old, age_s = self._snapshot, self._now() - self._tried_at
            if old is not None and age_s < (_SNAPSHOT_S if hotkey in old.by_hotkey else _UNKNOWN_S):
                return old
            if old is None and age_s < _RETRY_S:
                raise ChainUnavailable("the chain could not be read a moment ago")
            try:
                self._snapshot = await self._chain.read(lambda chain: chain.snapshot())
            except ChainError as error:
                logger.warning("the chain cannot be read: %s", error)
                if old is None:
                    raise ChainUnavailable(str(error)) from error
                return old  # a known hotkey goes on fetching while the node is away
            finally:
                self._tried_at = self._now()
            return self._snapshot
