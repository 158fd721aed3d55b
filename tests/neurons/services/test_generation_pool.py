"""The pool of generation services: the order in which slots are assigned, and services that disappear."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from neurons.services.generation import JobFailedError, ServiceUnavailableError
from neurons.services.generation_pool import GenerationPool, Slot


@dataclass
class FakeService:
    """A service that is up or not; `error` is raised by its jobs."""

    url: str = "http://gen"
    up: bool = True
    error: Exception | None = None
    checks: int = 0

    async def problem(self) -> str:
        self.checks += 1
        return "" if self.up else "down"

    async def generate(self, prompt: str, seed: int) -> bytes:
        if self.error is not None:
            raise self.error
        return f"{prompt} {seed}".encode()


def run(coroutine) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 10))


async def open_pool(*services: FakeService) -> GenerationPool:
    pool = GenerationPool(services, asyncio.get_running_loop().time)
    await pool.check()
    return pool


def test_no_slot_is_assigned_before_a_service_is_ready() -> None:
    async def scenario() -> None:
        service = FakeService(up=False)
        pool = await open_pool(service)
        waiting = asyncio.create_task(pool.acquire(first=True))
        await asyncio.sleep(0)
        assert not waiting.done()
        service.up = True
        await pool.check()
        assert (await waiting).service is service

    run(scenario())


def test_each_service_does_one_job_at_a_time() -> None:
    async def scenario() -> None:
        pool = await open_pool(FakeService(), FakeService())
        one, two = await pool.acquire(first=True), await pool.acquire(first=True)
        assert one is not two
        assert pool.busy == 2
        waiting = asyncio.create_task(pool.acquire(first=True))
        await asyncio.sleep(0)
        assert not waiting.done()
        pool.release(two)
        assert await waiting is two

    run(scenario())


def test_a_service_listed_twice_does_two_jobs_at_a_time() -> None:
    async def scenario() -> None:
        service = FakeService()
        pool = await open_pool(service, service)
        one, two = await pool.acquire(first=True), await pool.acquire(first=True)
        assert one.service is two.service

    run(scenario())


def test_the_first_splat_of_a_task_has_priority() -> None:
    async def scenario() -> None:
        pool = await open_pool(FakeService())
        slot = await pool.acquire(first=True)
        other = asyncio.create_task(pool.acquire(first=False))
        first = asyncio.create_task(pool.acquire(first=True))
        await asyncio.sleep(0)
        pool.release(slot)
        await asyncio.sleep(0)
        assert (first.done(), other.done()) == (True, False)
        pool.release(await first)
        assert await other is slot

    run(scenario())


def test_a_cancelled_waiter_gets_no_slot() -> None:
    async def scenario() -> None:
        pool = await open_pool(FakeService())
        slot = await pool.acquire(first=True)
        gone, patient = (asyncio.create_task(pool.acquire(first=True)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        pool.release(slot)
        assert await patient is slot

    run(scenario())


def test_a_slot_assigned_to_a_waiter_that_is_cancelled_at_that_moment_is_not_lost() -> None:
    async def scenario() -> None:
        pool = await open_pool(FakeService())
        slot = await pool.acquire(first=True)
        unlucky = asyncio.create_task(pool.acquire(first=True))
        await asyncio.sleep(0)
        pool.release(slot)
        unlucky.cancel()
        await asyncio.wait({unlucky})
        assert await pool.acquire(first=True) is slot

    run(scenario())


def test_a_service_that_becomes_unavailable_is_not_used_until_it_is_ready_again() -> None:
    async def scenario() -> None:
        down, fine = FakeService("http://down", error=ServiceUnavailableError("gone")), FakeService("http://fine")
        pool = await open_pool(down, fine)
        slot = await pool.acquire(first=True)
        down.up = False
        with pytest.raises(ServiceUnavailableError):
            await pool.generate(slot, "a red car", 7)
        pool.release(slot)
        assert pool.ready == 1
        await pool.check()
        assert (await pool.acquire(first=True)).service is fine
        down.up = True
        await pool.check()
        assert (await pool.acquire(first=True)).service is down

    run(scenario())


def test_a_service_that_hangs_is_not_used_either(caplog) -> None:
    class Stuck(FakeService):
        async def generate(self, prompt: str, seed: int) -> bytes:
            await asyncio.Event().wait()
            return b""

    async def scenario() -> None:
        pool = await open_pool(Stuck())
        slot = await pool.acquire(first=True)
        with pytest.raises(ServiceUnavailableError, match="no splat within"):
            await pool.generate(slot, "a red car", 7, limit_s=0.01)
        assert pool.ready == 0

    run(scenario())


def test_a_service_whose_job_fails_stays_in_use() -> None:
    async def scenario() -> None:
        pool = await open_pool(FakeService(error=JobFailedError("generation_failed", "out of memory")))
        slot: Slot = await pool.acquire(first=True)
        with pytest.raises(JobFailedError):
            await pool.generate(slot, "a red car", 7)
        assert pool.ready == 1

    run(scenario())


def test_only_services_that_are_not_ready_are_checked() -> None:
    async def scenario() -> None:
        up, down = FakeService(), FakeService(up=False)
        pool = await open_pool(up, down)
        await pool.check()
        assert (up.checks, down.checks) == (1, 2)

    run(scenario())
