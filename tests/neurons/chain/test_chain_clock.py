"""This machine's clock compared with the chain's."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import pytest

from neurons.chain.clock import SAMPLES, ChainClock
from neurons.chain.contract import ChainUnavailable
from neurons.chain.worker import ChainWorker, Deadlines


@dataclass
class Blocks:
    """A chain whose last block was made at `made_at`."""

    made_at: float = 1000.0

    def timestamp(self) -> float:
        if self.made_at < 0:
            raise ChainUnavailable("away")
        return self.made_at

    def close(self) -> None:
        pass


def problem_after(*ahead_s: float) -> str:
    """Return the problem after blocks at which this machine's clock was ahead by so many seconds."""

    async def body() -> str:
        chain, now = Blocks(), [0.0]
        worker = ChainWorker(lambda: chain, Deadlines(), lambda: 0.0)  # type: ignore[arg-type, return-value]
        clock = ChainClock(worker, lambda: now[0])
        for seconds in ahead_s:
            now[0] = chain.made_at + seconds
            await clock.note_block()
        await worker.close()
        return clock.problem()

    return asyncio.run(body())


@pytest.mark.parametrize("ahead_s", [(1, 2, 3, 2, 1), (40, 40, 40, 40, 3), (60, 60)])
def test_late_blocks_and_few_blocks_are_not_a_problem(ahead_s: tuple[float, ...]) -> None:
    assert problem_after(*ahead_s) == ""


def test_a_clock_that_differs_is_a_problem(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="neurons.chain.clock")
    assert "clock is 32 s ahead of the chain's" in problem_after(*[32.0] * SAMPLES)
    assert "clock is 14 s behind the chain's" in problem_after(*[-14.0] * SAMPLES)
    assert caplog.text.count("32 s ahead") == 1


def test_a_corrected_clock_is_not_a_problem() -> None:
    assert problem_after(*[32.0] * SAMPLES, 1.0) == ""


def test_a_chain_without_times_changes_nothing() -> None:
    async def body() -> None:
        chain = Blocks(0.0)
        worker = ChainWorker(lambda: chain, Deadlines(), lambda: 0.0)  # type: ignore[arg-type, return-value]
        clock = ChainClock(worker, lambda: 5000.0)
        for chain.made_at in (0.0, -1.0) * SAMPLES:
            await clock.note_block()
        assert clock.problem() == ""
        await worker.close()

    asyncio.run(body())
