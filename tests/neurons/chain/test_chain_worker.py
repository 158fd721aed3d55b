"""The worker that owns a connection: its thread, its deadlines, and connections that are replaced."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest

from neurons.chain.contract import ChainError, ChainUnavailable
from neurons.chain.worker import ChainStalledError, ChainWorker, Deadlines

DEADLINES = Deadlines(read_s=0.2, write_s=0.2, reconnect_s=10.0, give_up_s=30.0)


class StalledChain:
    """A chain that stays at block 7."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.thread = ""

    def block(self) -> int:
        self.thread = threading.current_thread().name
        return 7

    def close(self) -> None:
        self.closed.set()


class Opener:
    """Opens connections and keeps them in a list; with `error` it raises that."""

    def __init__(self) -> None:
        self.opened: list[StalledChain] = []
        self.error: ChainError | None = None
        self.attempts = 0

    def __call__(self) -> Any:
        self.attempts += 1
        if self.error is not None:
            raise self.error
        self.opened.append(StalledChain())
        return self.opened[-1]


def run(check: Any, opener: Opener, now: Any = lambda: 0.0, nodes: int = 1) -> None:
    async def body() -> None:
        worker = ChainWorker(opener, DEADLINES, now, nodes)
        try:
            await check(worker)
        finally:
            await worker.close()

    asyncio.run(body())


def test_calls_run_in_one_other_thread() -> None:
    opener = Opener()

    async def check(worker: ChainWorker) -> None:
        assert await asyncio.gather(*[worker.read(lambda chain: chain.block()) for _ in range(5)]) == [7] * 5

    run(check, opener)
    assert len(opener.opened) == 1
    assert opener.opened[0].thread == "chain"


def test_a_call_past_its_deadline_is_unavailable_and_the_next_gets_a_new_connection() -> None:
    opener, release = Opener(), threading.Event()

    async def check(worker: ChainWorker) -> None:
        with pytest.raises(ChainUnavailable, match="within"):
            await worker.read(lambda chain: release.wait(5))
        assert await worker.read(lambda chain: chain.block()) == 7
        release.set()

    run(check, opener)
    assert len(opener.opened) == 2
    assert opener.opened[0].closed.wait(5)


def test_an_error_of_the_call_reaches_the_caller() -> None:
    def refuse(chain: Any) -> None:
        raise ValueError("no")

    async def check(worker: ChainWorker) -> None:
        with pytest.raises(ValueError, match="no"):
            await worker.write(refuse)

    run(check, Opener())


def test_a_node_that_comes_back_is_used_again() -> None:
    opener = Opener()
    opener.error = ChainUnavailable("no node")

    async def check(worker: ChainWorker) -> None:
        with pytest.raises(ChainUnavailable, match="no node"):
            await worker.read(lambda chain: chain.block())
        opener.error = None
        assert await worker.read(lambda chain: chain.block()) == 7

    run(check, opener)


def test_a_head_that_stops_rising_is_read_over_a_new_connection_and_then_given_up() -> None:
    opener, time = Opener(), [0.0]

    async def check(worker: ChainWorker) -> None:
        assert await worker.poll_head() == 7
        for now in (6.0, 11.0, 11.0):
            time[0] = now
            await worker.poll_head()
        assert len(opener.opened) == 2
        time[0] = 21.0
        await worker.poll_head()
        time[0] = 31.0
        with pytest.raises(ChainStalledError, match="no new block for 31 s"):
            await worker.poll_head()

    run(check, opener, lambda: time[0])


def test_a_node_that_keeps_failing_is_asked_less_and_less_often(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="neurons.chain.worker")
    opener, time = Opener(), [0.0]
    opener.error = ChainUnavailable("no node")

    async def check(worker: ChainWorker) -> None:
        for second in range(29):
            time[0] = float(second)
            await worker.poll_head()
        assert 3 <= opener.attempts <= 8
        opener.error = None
        time[0] += 60.0
        assert await worker.poll_head() == 7

    run(check, opener, lambda: time[0])
    assert caplog.text.count("the chain is unavailable: no node") == 1


@pytest.mark.parametrize(("nodes", "opened"), [(1, [1, 1, 1, 1, 1]), (2, [1, 1, 1, 1, 2])])
def test_of_several_nodes_the_next_is_used_after_four_failures(nodes: int, opened: list[int]) -> None:
    opener, time = Opener(), [0.0]

    def refuse(chain: Any) -> None:
        raise ChainUnavailable("Too Many Requests")

    async def check(worker: ChainWorker) -> None:
        assert await worker.poll_head() == 7
        for count in opened:
            time[0] += 20.0
            with pytest.raises(ChainUnavailable, match="Too Many Requests"):
                await worker.read(refuse)
            assert len(opener.opened) == count

    run(check, opener, lambda: time[0], nodes)


def test_a_running_neuron_whose_node_has_no_such_subnet_asks_less_and_less_often() -> None:
    opener, time = Opener(), [0.0]

    async def check(worker: ChainWorker) -> None:
        assert await worker.poll_head() == 7
        opener.error = ChainError("no subnet")
        time[0] = 11.0
        assert await worker.poll_head() == 7  # and the connection is to be replaced
        for second in range(12, 29):
            time[0] = float(second)
            assert await worker.poll_head() == 7

    run(check, opener, lambda: time[0])
    assert 3 <= opener.attempts <= 8


def test_a_process_that_was_frozen_looks_again_before_it_gives_up() -> None:
    opener, time = Opener(), [0.0]

    async def check(worker: ChainWorker) -> None:
        await worker.poll_head()
        for second in (1000, 1005, 1010, 1015, 1020):
            time[0] = float(second)
            await worker.poll_head()
        time[0] = 1021.0
        with pytest.raises(ChainStalledError):
            await worker.poll_head()

    run(check, opener, lambda: time[0])


def test_a_node_whose_answers_take_long_is_given_up_as_well() -> None:
    opener, time = Opener(), [0.0]

    async def check(worker: ChainWorker) -> None:
        await worker.poll_head()
        for second in (16, 32, 48):  # further apart than `reconnect_s`
            time[0] = float(second)
            await worker.poll_head()
        time[0] = 64.0
        with pytest.raises(ChainStalledError):
            await worker.poll_head()

    run(check, opener, lambda: time[0])


def test_closing_does_not_wait_for_a_call_that_hangs() -> None:
    started, release = threading.Event(), threading.Event()

    def hang(chain: Any) -> bool:
        started.set()
        return release.wait(30)

    async def body() -> None:
        worker = ChainWorker(Opener(), Deadlines(), lambda: 0.0)
        hanging = asyncio.create_task(worker.write(hang))
        await asyncio.to_thread(started.wait, 10)
        await asyncio.wait_for(worker.close(), 10)
        assert not hanging.done()
        release.set()
        assert await hanging

    asyncio.run(body())
