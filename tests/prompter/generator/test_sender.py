"""The sender: retries with the same token, and drops what the collector will never accept."""

from __future__ import annotations

import asyncio

import httpx
from prometheus_client import CollectorRegistry

from prompter.generator.metrics import GeneratorMetrics
from prompter.generator.sender import Sender
from prompter.generator.settings import CollectorTarget
from prompter.generator.spool import Spool
from tests.prompter.generator.conftest import client


def deliver(spool: Spool, answers: list[httpx.Response | None]) -> tuple[list[str], list[float], GeneratorMetrics]:
    """Deliver one submission and return the tokens sent, the waits and the metrics; None: no connection."""
    tokens, waits = [], []
    metrics = GeneratorMetrics(CollectorRegistry())

    def handler(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["Idempotency-Key"])
        answer = answers[len(tokens) - 1]
        if answer is None:
            raise httpx.ConnectError("refused")
        return answer

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    spool.add(["red car", "blue car"])
    submission = spool.next_submission(10)
    assert submission is not None
    asyncio.run(Sender(spool, CollectorTarget(), client(handler), metrics, sleep).deliver(submission))
    return tokens, waits, metrics


def test_failed_deliveries_are_retried_with_the_same_token(spool: Spool) -> None:
    receipt = httpx.Response(200, json={"accepted": 2, "duplicates": 0, "rejected": {}})
    asks_to_wait = httpx.Response(429, headers={"Retry-After": "30"})
    tokens, waits, metrics = deliver(spool, [None, None, asks_to_wait, httpx.Response(401), receipt])
    assert len(set(tokens)) == 1
    assert waits == [1, 2, 30, 8]
    assert spool.count == 0
    assert metrics.sent.labels("accepted")._value.get() == 2


def test_a_permanently_refused_submission_is_dropped_and_counted(spool: Spool) -> None:
    _, waits, metrics = deliver(spool, [httpx.Response(422, json={"code": "invalid_request", "detail": ""})])
    assert waits == []
    assert spool.count == 0
    assert metrics.lost._value.get() == 2
