"""Background tasks, work cancelled by an event, and back-off."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from serving.tasks import background, backoff_s, client_disconnected, run_until


async def fail() -> None:
    raise LookupError("lost")


async def note_cancellation(notes: list[str], name: str) -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        notes.append(name)


def run(scenario: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(scenario, 30))


def test_background_work_is_cancelled_in_reverse_order_at_the_end_of_the_block() -> None:
    notes: list[str] = []

    async def scenario() -> None:
        async with background(note_cancellation(notes, "first"), note_cancellation(notes, "second")):
            await asyncio.sleep(0)
            notes.append("block")

    run(scenario())
    assert notes == ["block", "second", "first"]


def test_an_error_in_the_background_cancels_the_rest_and_is_raised() -> None:
    notes: list[str] = []

    async def scenario() -> None:
        async with background(fail(), note_cancellation(notes, "other")):
            await note_cancellation(notes, "block")

    with pytest.raises(LookupError, match="lost"):
        run(scenario())
    assert sorted(notes) == ["block", "other"]


def test_an_error_in_the_block_is_raised_as_itself() -> None:
    notes: list[str] = []

    async def scenario() -> None:
        async with background(note_cancellation(notes, "other")):
            await asyncio.sleep(0)
            await fail()

    with pytest.raises(LookupError, match="lost"):
        run(scenario())
    assert notes == ["other"]


def test_the_block_continues_after_background_work_has_ended() -> None:
    async def scenario() -> str:
        async with background(asyncio.sleep(0)):
            await asyncio.sleep(0.01)
        return "finished"

    assert run(scenario()) == "finished"


def test_the_block_continues_after_an_error_passed_to_on_error() -> None:
    errors: list[Exception] = []

    async def scenario() -> str:
        async with background(fail(), on_error=errors.append):
            await asyncio.sleep(0.01)
        return "finished"

    assert run(scenario()) == "finished"
    assert [str(error) for error in errors] == ["lost"]


def test_run_until_returns_the_result_of_the_work() -> None:
    async def scenario() -> int | None:
        return await run_until(asyncio.Event().wait(), asyncio.sleep(0, 7))

    assert run(scenario()) == 7


def test_run_until_raises_the_error_of_the_work() -> None:
    async def scenario() -> None:
        await run_until(asyncio.Event().wait(), fail())

    with pytest.raises(LookupError):
        run(scenario())


def test_run_until_cancels_the_work_when_the_event_comes_first() -> None:
    notes: list[str] = []

    async def scenario() -> None:
        assert await run_until(asyncio.sleep(0.01), note_cancellation(notes, "work")) is None
        assert notes == ["work"]

    run(scenario())


def test_client_disconnected_ignores_other_messages() -> None:
    async def messages() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request"}
        yield {"type": "http.disconnect"}

    async def scenario() -> None:
        await client_disconnected(messages().__anext__)

    run(scenario())


def test_a_backoff_doubles_up_to_its_limit() -> None:
    assert [backoff_s(attempt, 2.0, 20.0) for attempt in (0, 1, 2, 3, 4, 5000)] == [2, 4, 8, 16, 20, 20]


def test_a_backoff_with_a_random_source_varies_by_a_quarter() -> None:
    rng = random.Random(1)
    waits = [backoff_s(3, 1.0, 100.0, rng) for _ in range(200)]
    assert 6 <= min(waits) < 7
    assert 9 < max(waits) <= 10
