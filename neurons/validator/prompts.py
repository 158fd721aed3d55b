"""Prompts for tasks: a bundled list, replaced by fresh batches fetched from a collector with a signed request.

Every prompt of a batch is used once, in random order, before any is repeated. If a fetch fails, the current batch stays
in use.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from neurons.messages import bound_fetch_message, fetch_message
from serving.changes import ChangeLog
from serving.http_client import CallError, describe_refusal, request
from serving.lists import NotTextError, read_list
from serving.prompts import clean_prompt

logger = logging.getLogger(__name__)

MIN_BATCH, MAX_BATCH = 1_000, 200_000
MAX_BATCH_BYTES = 64 * 2**20
"""Size of a batch after decompression."""
FETCH_S = 120.0
"""Timeout of a whole fetch."""
RETRY_S = 300.0
"""Wait after a failed fetch, unless the fetch interval is shorter."""


class BadBatchError(Exception):
    """The batch is too large, too small or not in a collector's format, or the file holds no prompt."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Distinct valid prompts, and the numbers of lines that are not prompts and of those that repeat another."""

    prompts: tuple[str, ...]
    dropped: int
    repeated: int = 0


class Prompts:
    """A deck of prompts, reshuffled when used up. Raises OSError or BadBatchError if the file cannot be used."""

    def __init__(self, path: Path, random_source: random.Random) -> None:
        self._random = random_source
        self._used: set[str] = set()
        try:
            lines, undecodable = read_list(path)
        except NotTextError as error:
            raise BadBatchError(str(error)) from error
        batch = clean(line for line in lines if not _is_json(line))
        dropped = len(lines) + undecodable - len(batch.prompts) - batch.repeated
        if not batch.prompts:
            raise BadBatchError(f"{path} holds no prompt in UTF-8 ({dropped} lines dropped)")
        logger.info(
            "%d prompts from %s; %d lines dropped, %d repeated", len(batch.prompts), path, dropped, batch.repeated
        )
        self.replace(batch)

    def next(self) -> str:
        """Return the next prompt."""
        if not self._deck:
            self._used.clear()
            self._deal()
        prompt = self._deck.pop()
        self._used.add(prompt)
        return prompt

    def replace(self, batch: Batch) -> None:
        """Switch to a new batch, of which prompts that were already used come last."""
        self._batch = batch.prompts
        self._used.intersection_update(batch.prompts)
        self._deal()

    def _deal(self) -> None:
        self._deck = [prompt for prompt in self._batch if prompt not in self._used]
        self._random.shuffle(self._deck)


@dataclass(frozen=True, slots=True)
class CollectorClient:
    """Builds this hotkey's requests to a prompt collector. `sign` returns the hotkey's signature in base64."""

    url: str
    hotkey: str
    sign: Callable[[bytes], str]
    time_ns: Callable[[], int]

    def build_request(self) -> dict[str, object]:
        """Build the body of POST /get: a fresh nonce, signed both alone and bound to this collector."""
        nonce = self.time_ns()
        return {
            "hotkey": self.hotkey,
            "nonce": nonce,
            "signature": self.sign(fetch_message(nonce, self.hotkey)),
            "collector": self.url,
            "bound": self.sign(bound_fetch_message(self.url, nonce, self.hotkey)),
        }


async def fetch(collector: CollectorClient, client: httpx.AsyncClient) -> Batch:
    """Return a fresh batch. Raises BadBatchError or CallError."""
    body = await asyncio.to_thread(collector.build_request)
    url = f"{collector.url}/get"
    response = await request(client, "POST", url, max_bytes=MAX_BATCH_BYTES, total_s=FETCH_S, json=body)
    if response.status != 200:
        raise BadBatchError(f"the collector refused: {describe_refusal(response)}")
    return await asyncio.to_thread(_parse, response.body)


async def keep_fresh(
    prompts: Prompts, collector: CollectorClient, client: httpx.AsyncClient, interval_s: float
) -> None:
    """Fetch fresh prompts periodically, until cancelled. After a failure the current ones stay in use."""
    log = ChangeLog(logger, "fresh prompts can be fetched again")
    while True:
        try:
            batch = await fetch(collector, client)
        except (BadBatchError, CallError) as error:
            log.note(f"no fresh prompts, keeping the current ones: {error}")
            await asyncio.sleep(min(interval_s, RETRY_S))
        else:
            log.note()
            prompts.replace(batch)
            logger.info("%d fresh prompts, %d lines dropped", len(batch.prompts), batch.dropped)
            await asyncio.sleep(interval_s)


def clean(lines: Iterable[object]) -> Batch:
    """Return the valid prompts among `lines`, cleaned and without duplicates, in their order."""
    found: dict[str, None] = {}
    dropped = repeated = 0
    for line in lines:
        try:
            prompt = clean_prompt(line if isinstance(line, str) else "")
        except ValueError:
            dropped += 1
            continue
        repeated += prompt in found
        found[prompt] = None
    return Batch(tuple(found), dropped, repeated)


def _is_json(line: str) -> bool:
    """Check whether a line is a JSON array or object, which may contain prompts but is not one itself."""
    if line[:1] + line[-1:] not in ("[]", "{}"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _parse(body: bytes) -> Batch:
    try:
        lines = json.loads(body)["prompts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadBatchError("the response is not a batch") from None
    if not isinstance(lines, list) or len(lines) > MAX_BATCH:
        raise BadBatchError(f"the response is not a list of at most {MAX_BATCH} prompts")
    batch = clean(lines)
    if len(batch.prompts) < MIN_BATCH:
        raise BadBatchError(
            f"the batch has {len(batch.prompts)} prompts, fewer than {MIN_BATCH}; {batch.dropped} lines were dropped"
        )
    return batch
