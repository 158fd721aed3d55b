"""The places to generate at: who gets one, and what happens to a service that goes away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from neurons.services.generation import JobFailed, ServiceAway
from neurons.services.generation_pool import Generators, Slot


@dataclass
class FakeService:
    """A service that is up or not, and makes what `make` gives or raises."""

    url: str = "http://gen"
    up: bool = True
    error: Exception | None = None
    looks: list[None] = field(default_factory=list)

    async def ready(self) -> bool:
        self.looks.append(None)
        return self.up

    async def generate(self, prompt: str, seed: int) -> bytes:
        if self.error is not None:
            raise self.error
        return f"{prompt} {seed}".encode()


def scene(coroutine) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 10))


async def places(*services: FakeService) -> Generators:
    generators = Generators(services, asyncio.get_running_loop().time)
    await generators.check()
    return generators


def test_nothing_is_given_before_a_service_was_seen_ready() -> None:
    async def scenario() -> None:
        service = FakeService(up=False)
        generators = await places(service)
        waiting = asyncio.create_task(generators.take(first=True))
        await asyncio.sleep(0)
        assert not waiting.done()
        service.up = True
        await generators.check()
        assert (await waiting).service is service

    scene(scenario())


def test_each_service_does_one_job_at_a_time() -> None:
    async def scenario() -> None:
        generators = await places(FakeService(), FakeService())
        one, two = await generators.take(first=True), await generators.take(first=True)
        assert one is not two
        assert generators.busy == 2
        waiting = asyncio.create_task(generators.take(first=True))
        await asyncio.sleep(0)
        assert not waiting.done()
        generators.give_back(two)
        assert await waiting is two

    scene(scenario())


def test_a_service_named_twice_does_two_jobs_at_a_time() -> None:
    async def scenario() -> None:
        service = FakeService()
        generators = await places(service, service)
        one, two = await generators.take(first=True), await generators.take(first=True)
        assert one.service is two.service

    scene(scenario())


def test_the_first_splat_of_a_task_goes_before_another_one() -> None:
    async def scenario() -> None:
        generators = await places(FakeService())
        slot = await generators.take(first=True)
        other = asyncio.create_task(generators.take(first=False))
        first = asyncio.create_task(generators.take(first=True))
        await asyncio.sleep(0)
        generators.give_back(slot)
        await asyncio.sleep(0)
        assert (first.done(), other.done()) == (True, False)
        generators.give_back(await first)
        assert await other is slot

    scene(scenario())


def test_who_does_not_wait_any_more_gets_nothing() -> None:
    async def scenario() -> None:
        generators = await places(FakeService())
        slot = await generators.take(first=True)
        gone, patient = (asyncio.create_task(generators.take(first=True)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        generators.give_back(slot)
        assert await patient is slot

    scene(scenario())


def test_a_place_given_to_someone_cancelled_at_that_moment_is_not_lost() -> None:
    async def scenario() -> None:
        generators = await places(FakeService())
        slot = await generators.take(first=True)
        unlucky = asyncio.create_task(generators.take(first=True))
        await asyncio.sleep(0)
        generators.give_back(slot)
        unlucky.cancel()
        await asyncio.wait({unlucky})
        assert await generators.take(first=True) is slot

    scene(scenario())


def test_requirement_2_a_service_that_is_taken_down_is_left_out_until_it_is_back() -> None:
    async def scenario() -> None:
        down, fine = FakeService("http://down", error=ServiceAway("gone")), FakeService("http://fine")
        generators = await places(down, fine)
        slot = await generators.take(first=True)
        down.up = False
        with pytest.raises(ServiceAway):
            await generators.generate(slot, "a red car", 7)
        generators.give_back(slot)
        assert generators.up == 1
        await generators.check()
        assert (await generators.take(first=True)).service is fine
        down.up = True
        await generators.check()
        assert (await generators.take(first=True)).service is down

    scene(scenario())


def test_a_service_that_hangs_is_left_out_too(caplog) -> None:
    class Stuck(FakeService):
        async def generate(self, prompt: str, seed: int) -> bytes:
            await asyncio.Event().wait()
            return b""

    async def scenario() -> None:
        generators = await places(Stuck())
        slot = await generators.take(first=True)
        with pytest.raises(ServiceAway, match="it hangs"):
            await generators.generate(slot, "a red car", 7, limit_s=0.01)
        assert generators.up == 0

    scene(scenario())


def test_a_job_that_fails_leaves_its_service_in() -> None:
    async def scenario() -> None:
        generators = await places(FakeService(error=JobFailed("generation_failed", "out of memory")))
        slot: Slot = await generators.take(first=True)
        with pytest.raises(JobFailed):
            await generators.generate(slot, "a red car", 7)
        assert generators.up == 1

    scene(scenario())


def test_only_services_that_are_away_are_looked_at() -> None:
    async def scenario() -> None:
        up, down = FakeService(), FakeService(up=False)
        generators = await places(up, down)
        await generators.check()
        assert (len(up.looks), len(down.looks)) == (1, 2)

    scene(scenario())
