"""A miner's view of the chain, and the health it reports."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry

from neurons.chain.contract import ChainError, ChainUnavailable, Seat, Snapshot
from neurons.chain.worker import ChainStalledError, ChainWorker, Deadlines
from neurons.miner.health import SILENCE_S, Health
from neurons.miner.rules import MinerRules
from neurons.miner.sync import LATE_S, MinerSync
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.services.generation_pool import GenerationPool
from tests.eventually import eventually_async

MINER = Seat(1, "me", "cold", 0.0, 0.1, False, 0, "0.0.0.0", 0)
VALIDATOR = Seat(0, "V", "cold", 5000.0, 0.0, True, 0, "10.0.0.1", 8092)


@dataclass
class FakeChain:
    """A chain that rises with each look, of the seats given; `error` instead."""

    seats: tuple[Seat, ...] = (VALIDATOR, MINER)
    height: int = 100
    rises: bool = True
    error: Exception | None = None
    closed: list[None] = field(default_factory=list)

    def block(self) -> int:
        self._meet()
        self.height += self.rises
        return self.height

    def snapshot(self) -> Snapshot:
        self._meet()
        return Snapshot(17, self.height, self.seats)

    def close(self) -> None:
        self.closed.append(None)

    def _meet(self) -> None:
        if self.error is not None:
            raise self.error


class World:
    """An eye, and what it keeps up to date."""

    def __init__(self, chain: FakeChain, clock, sync_s: float = 0.01, deadlines: Deadlines | None = None) -> None:
        self.chain, self.clock = chain, clock
        self.worker = ChainWorker(lambda: chain, deadlines or Deadlines(), clock.now)
        self.validators = Validators(MinerRules(), clock.now, clock.rng)
        self.sync = MinerSync(self.worker, "me", self.validators, sync_s)


def seen(clock, chain: FakeChain) -> World:
    """A world after one look."""

    async def run() -> World:
        world = World(chain, clock)
        await world.sync.chain.refresh()
        await world.worker.close()
        return world

    return asyncio.run(run())


def test_validators_are_found(fake_clock) -> None:
    world = seen(fake_clock, FakeChain())
    assert (len(world.validators), world.sync.uid, world.sync.reasons()) == (1, 1, [])


def test_a_chain_that_does_not_answer_changes_nothing(fake_clock, caplog) -> None:
    async def run() -> World:
        world = World(FakeChain(), fake_clock)
        assert await world.sync.chain.refresh()
        world.chain.error = ChainUnavailable("away")
        assert not await world.sync.chain.refresh()
        await world.worker.close()
        return world

    assert len(asyncio.run(run()).validators) == 1
    assert "cannot be read" in caplog.text


def test_an_unusable_answer_ends_a_start_but_not_a_running_miner(fake_clock, caplog) -> None:
    async def run() -> World:
        world = World(FakeChain(error=ChainError("nonsense")), fake_clock)
        with pytest.raises(ChainError, match="nonsense"):
            await world.sync.chain.refresh()
        world.chain.error = None
        await world.sync.chain.refresh()
        world.chain.error = ChainError("nonsense")
        assert not await world.sync.chain.refresh()
        await world.worker.close()
        return world

    assert len(asyncio.run(run()).validators) == 1
    assert "continuing with the last snapshot" in caplog.text


def test_without_a_registration_no_validator_is_called(fake_clock, caplog) -> None:
    world = seen(fake_clock, FakeChain(seats=(VALIDATOR,)))
    assert len(world.validators) == 0
    assert world.sync.reasons() == ["the hotkey is not registered"]
    assert "me is not registered" in caplog.text


def test_after_a_lost_registration_no_validator_is_called(fake_clock) -> None:
    async def run() -> World:
        world = World(FakeChain(), fake_clock)
        await world.sync.chain.refresh()
        world.chain.seats = (VALIDATOR,)
        await world.sync.chain.refresh()
        await world.worker.close()
        return world

    assert len(asyncio.run(run()).validators) == 0


def test_a_subnet_without_validators_is_reported(fake_clock) -> None:
    found = seen(fake_clock, FakeChain(seats=(MINER.__class__(0, "me", "c", 0, 0, False, 0, "", 0),)))
    assert found.sync.reasons() == ["no validator with a permit, stake and an axon"]


def test_before_the_first_snapshot_a_miner_is_not_ready(fake_clock) -> None:
    async def run() -> list[str]:
        world = World(FakeChain(), fake_clock)
        await world.worker.close()
        return world.sync.reasons()

    assert asyncio.run(run()) == ["the subnet has not been read yet"]


def test_a_stalled_chain_ends_the_miner(fake_clock) -> None:
    async def run() -> list[str]:
        world = World(FakeChain(rises=False), fake_clock, deadlines=Deadlines(reconnect_s=1e9, give_up_s=900))
        await world.sync.chain.refresh()
        running = asyncio.create_task(world.sync.follow_head())
        await eventually_async(lambda: world.worker.height)
        fake_clock.time += LATE_S + 1
        reasons = world.sync.reasons()
        fake_clock.time += 900
        with pytest.raises(ChainStalledError):
            await asyncio.wait_for(running, 10)
        await world.worker.close()
        return reasons

    assert asyncio.run(run()) == [f"no new block for {LATE_S + 1:.0f} s"]


def test_the_snapshot_is_refreshed_periodically(fake_clock) -> None:
    async def run() -> None:
        world = World(FakeChain(seats=(VALIDATOR,)), fake_clock)
        running = asyncio.create_task(world.sync.run())
        await eventually_async(lambda: world.sync.block)
        world.chain.seats = (VALIDATOR, MINER)
        fake_clock.time += 1
        while not len(world.validators):
            assert not running.done()
            await asyncio.sleep(0.001)
        running.cancel()
        await world.worker.close()

    asyncio.run(asyncio.wait_for(run(), 10))


@dataclass
class Up:
    """A service that is ready."""

    url: str = "http://gen"

    async def problem(self) -> str:
        return ""

    async def generate(self, prompt: str, seed: int) -> bytes:
        return b""


@pytest.fixture
def health(fake_clock) -> Health:
    world = seen(fake_clock, FakeChain())
    generators = GenerationPool([Up()], fake_clock.now)
    asyncio.run(generators.check())
    metrics = MinerMetrics(CollectorRegistry(), fake_clock.now)
    made = Health(world.sync, world.validators, generators, metrics)
    made.world, made.generators, made.metrics = world, generators, metrics  # levers for the tests
    return made


def test_a_miner_that_makes_progress_is_ready(health) -> None:
    assert health.reasons() == []


def test_without_a_service_a_miner_is_not_ready(health) -> None:
    health.generators.slots[0].ready = False
    assert health.reasons() == ["no generation service is ready"]


def test_without_a_validator_that_answers_a_miner_is_not_ready(health, fake_clock) -> None:
    fake_clock.time += 10
    health.world.validators.note_failure(health.world.validators.choose())
    assert health.reasons() == ["no validator can be reached"]


def test_readiness_is_progress(health, fake_clock) -> None:
    def late() -> str:
        return " ".join(reason for reason in health.reasons() if "no new block" not in reason)

    fake_clock.time += SILENCE_S + 1
    assert late() == f"no validator has replied for {SILENCE_S + 1:.0f} s no splat was made for {SILENCE_S + 1:.0f} s"
    health.metrics.count_pull("failed")
    assert "no validator has replied" in late()
    health.metrics.count_pull("cooldown")
    assert late() == f"no splat was made for {SILENCE_S + 1:.0f} s"
    health.metrics.count_candidate("failed")
    assert "no splat" in late()
    health.metrics.count_candidate("ok", 1.0)
    assert late() == ""


def test_the_progress_line(health, caplog) -> None:
    caplog.set_level(logging.INFO)
    health.metrics.count_task("accepted")
    health.log_line()
    assert "uid 1: 0 of 1 generation services busy, 1 of 1 validators reachable, 1 accepted" in caplog.text


def test_texts_of_strangers_are_not_labels() -> None:
    registry = CollectorRegistry()
    metrics = MinerMetrics(registry)
    metrics.count_pull('x"} 1\nevil')
    metrics.count_task("rejected", "a code of theirs", 0.5)
    labels = {value for metric in registry.collect() for one in metric.samples for value in one.labels.values()}
    assert {"other", "rejected"} <= labels
    assert not any("evil" in label or "theirs" in label for label in labels)
