"""Decides who may fetch prompts: registered hotkeys with enough stake, by their signature.

The only module of the prompter that uses the chain.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from neurons.chain.contract import Chain, ChainError, ChainUnavailable, Snapshot
from neurons.chain.signing import verify
from neurons.chain.worker import ChainWorker, Deadlines
from neurons.messages import bound_fetch_message, fetch_message
from prompter.collector.schemas import Fetch
from serving.changes import ChangeLog
from serving.errors import ServiceError, busy

logger = logging.getLogger(__name__)

NONCE_WINDOW_S = 300.0
"""How far a nonce may be from this machine's clock."""
_SNAPSHOT_S = 600.0
"""How long a snapshot is used: stakes change slowly, and a full subnet takes seconds to read."""
_UNKNOWN_S = 30.0
"""How long a snapshot is used for a hotkey that is not in it and may have registered since."""
_RETRY_S = 10.0
"""Wait before the chain is read again while there is no snapshot at all."""


class FetchPolicy:
    """Checks fetches against a snapshot of the subnet.

    open_chain      connects to the chain; blocks, runs in a thread
    min_stake       least stake of a validator
    collector       this service's address; requests bound to any other are refused. Empty: not compared
    require_bound   refuse requests without a bound signature
    now             returns Unix seconds
    """

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
        self._reading = asyncio.Lock()
        self._log = ChangeLog(logger, "the chain can be read again")

    async def check(self, fetch: Fetch) -> None:
        """Raise ServiceError: 403 if this fetch is not allowed, 503 if the chain has not been read yet."""
        self._check_signatures(fetch)
        try:
            snapshot = await self._current_snapshot(fetch.hotkey)
        except ChainUnavailable as error:
            raise busy("chain_unavailable", "the chain cannot be read; try again later", 60) from error
        seat = snapshot.by_hotkey.get(fetch.hotkey)
        if seat is None:
            raise ServiceError(403, "not_registered", "this hotkey is not registered in the subnet")
        if seat.stake < self._min_stake:
            raise ServiceError(403, "low_stake", f"a validator needs a stake of at least {self._min_stake:g}")

    async def close(self) -> None:
        """Close the connection to the chain."""
        await self._chain.close()

    def _check_signatures(self, fetch: Fetch) -> None:
        if abs(fetch.nonce / 1e9 - self._now()) > NONCE_WINDOW_S:
            raise ServiceError(403, "stale_nonce", f"the nonce is more than {NONCE_WINDOW_S:g} s from this clock")
        if fetch.bound or self._require_bound:
            if self._collector and fetch.collector != self._collector:
                raise ServiceError(403, "bad_signature", "the request is bound to another collector")
            if not verify(fetch.hotkey, bound_fetch_message(fetch.collector, fetch.nonce, fetch.hotkey), fetch.bound):
                raise ServiceError(403, "bad_signature", "`bound` is not a valid signature of this hotkey")
        if not verify(fetch.hotkey, fetch_message(fetch.nonce, fetch.hotkey), fetch.signature):
            raise ServiceError(403, "bad_signature", "`signature` is not a valid signature of this hotkey")

    async def _current_snapshot(self, hotkey: str) -> Snapshot:
        async with self._reading:
            old, age_s = self._snapshot, self._now() - self._tried_at
            if old is not None and age_s < (_SNAPSHOT_S if hotkey in old.by_hotkey else _UNKNOWN_S):
                return old
            if old is None and age_s < _RETRY_S:
                raise ChainUnavailable("the chain could not be read a moment ago")
            try:
                self._snapshot = await self._chain.read(lambda chain: chain.snapshot())
            except ChainError as error:
                self._log.note(f"the chain cannot be read: {error}")
                if old is None:
                    raise ChainUnavailable(str(error)) from error
                return old  # known validators can still fetch while the node is away
            finally:
                self._tried_at = self._now()
            self._log.note()
            return self._snapshot
