"""A validator that refuses most requests because of their time reports that its clock may be wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest

from neurons.wire.clock import RequestTimes
from neurons.wire.synapses import PullTask
from tests.neurons.validator.axon.raw_requests import refusal_code


class Times(RequestTimes):
    """With a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(lambda: self.now)


def test_most_requests_refused_as_future_are_a_problem_until_they_are_right_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "neurons.wire.clock")
    times = Times()
    for number in range(4):
        times.note(f"miner-{number}", "future")
        assert times.problem() == ""
    for number in range(10):
        times.note(f"miner-{number}", "future")
    assert "14 of the last 14 requests were refused as stale (0) or future (14)" in times.problem()
    assert "clock may be behind" in times.problem()
    for number in range(40):
        times.note(f"miner-{number}")
    assert times.problem() == ""
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_one_miner_with_a_wrong_clock_among_several_is_not_a_problem() -> None:
    times = Times()
    for number in range(100):
        times.note("wrong", "stale")
        times.note(f"right-{number % 2}")
    assert times.problem() == ""


def test_old_requests_are_forgotten() -> None:
    times = Times()
    for _ in range(10):
        times.note("miner", "stale")
    assert "clock may be ahead" in times.problem()
    times.now += 601
    assert times.problem() == ""


def test_only_signed_requests_count(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            for _ in range(5):
                headers = miner.headers(PullTask(), time.time_ns() + 60_000_000_000)
                forged = {**headers, "bt_header_dendrite_signature": "0x" + "00" * 64}
                assert refusal_code(await miner.send(PullTask(), forged)) == "future_nonce"
            assert axon.senders.times.problem() == ""
            for _ in range(5):
                headers = miner.headers(PullTask(), time.time_ns() + 60_000_000_000)
                assert refusal_code(await miner.send(PullTask(), headers)) == "future_nonce"
            assert "5 of the last 5 requests were refused" in axon.senders.times.problem()

    asyncio.run(story())
