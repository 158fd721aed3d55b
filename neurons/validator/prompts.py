"""Where tasks get their prompts: a bundled list, and fresh batches fetched from a collector with a signed request.

Each prompt of a batch is used once before any is repeated, in random order; a batch that cannot be had or read leaves
the one in use. Knows no key (a function signs) and no task.
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
from serving.http_client import CallError, request
from serving.schemas import clean_prompt

logger = logging.getLogger(__name__)

MIN_BATCH, MAX_BATCH = 1_000, 200_000
MAX_BATCH_BYTES = 64 * 2**20
"""Of a batch after inflating."""
FETCH_S = 120.0
"""Longest time for one fetch, all in all."""
RETRY_S = 300.0
"""After a failed fetch; the interval itself where that is shorter."""


class BadBatchError(Exception):
    """A batch that is not used: too large, too small, or not what a collector sends."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Clean prompts, each once, and how many lines were dropped."""

    prompts: tuple[str, ...]
    dropped: int


class Prompts:
    """A deck of prompts, reshuffled when used up. Raises OSError or BadBatchError for a bad file."""

    def __init__(self, path: Path, random_source: random.Random) -> None:
        self._random = random_source
        self._used: set[str] = set()
        batch = clean(path.read_text(encoding="utf-8", errors="replace").splitlines())
        if not batch.prompts:
            raise BadBatchError(f"{path} holds no prompt")
        self.replace(batch)

    def next(self) -> str:
        """The next prompt."""
        if not self._deck:
            self._used.clear()
            self._deal()
        prompt = self._deck.pop()
        self._used.add(prompt)
        return prompt

    def replace(self, batch: Batch) -> None:
        """Uses this batch from now on; what was used before comes after what was not."""
        self._batch = batch.prompts
        self._used.intersection_update(batch.prompts)
        self._deal()

    def _deal(self) -> None:
        self._deck = [prompt for prompt in self._batch if prompt not in self._used]
        self._random.shuffle(self._deck)


@dataclass(frozen=True, slots=True)
class CollectorClient:
    """A collector of prompts and who asks it: `sign` gives base64 of the hotkey's signature."""

    url: str
    hotkey: str
    sign: Callable[[bytes], str]
    time_ns: Callable[[], int]

    def question(self) -> dict[str, object]:
        """The body of POST /get: a nonce used once, signed alone and bound to this collector."""
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
    question = await asyncio.to_thread(collector.question)
    url = f"{collector.url}/get"
    answer = await request(client, "POST", url, max_bytes=MAX_BATCH_BYTES, total_s=FETCH_S, json=question)
    if answer.status != 200:
        raise BadBatchError(f"the collector answers {answer.status}")
    return await asyncio.to_thread(_parse, answer.body)


async def keep_fresh(
    prompts: Prompts, collector: CollectorClient, client: httpx.AsyncClient, interval_s: float
) -> None:
    """Fetch fresh prompts at an interval; after a failure keep those in use and retry sooner."""
    while True:
        try:
            batch = await fetch(collector, client)
        except (BadBatchError, CallError) as error:
            logger.warning("no fresh prompts, using those at hand: %s", error)
            await asyncio.sleep(min(interval_s, RETRY_S))
        else:
            prompts.replace(batch)
            logger.info("%d fresh prompts, %d lines dropped", len(batch.prompts), batch.dropped)
            await asyncio.sleep(interval_s)


def clean(lines: Iterable[object]) -> Batch:
    """The prompts among `lines`, cleaned, each once, in order."""
    found: dict[str, None] = {}
    dropped = 0
    for line in lines:
        try:
            found[clean_prompt(line if isinstance(line, str) else "")] = None
        except ValueError:
            dropped += 1
    return Batch(tuple(found), dropped)


def _parse(body: bytes) -> Batch:
    try:
        lines = json.loads(body)["prompts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadBatchError("the answer is not a batch") from None
    if not isinstance(lines, list) or len(lines) > MAX_BATCH:
        raise BadBatchError(f"the answer is not a list of at most {MAX_BATCH} prompts")
    batch = clean(lines)
    if len(batch.prompts) < MIN_BATCH:
        raise BadBatchError(
            f"{len(batch.prompts)} prompts are fewer than {MIN_BATCH}; {batch.dropped} lines were dropped"
        )
    return batch
