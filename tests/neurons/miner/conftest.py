"""A validator's axon of the stock SDK with its replies passed in, and a clock that jumps when slept on."""

import asyncio
import base64
import random
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import bittensor as bt
import pytest
from bittensor.core.axon import Axon

from neurons.chain.signing import verify as verified
from neurons.messages import bound_message, result_message
from tests.eventually import eventually
from tests.neurons.wire.sdk_peers import Feedback, FurtherPull, FurtherSubmit, GetVersion, Task, Version

VALIDATOR = bt.Keypair.create_from_uri("//Victor")
MINER = bt.Keypair.create_from_uri("//Mina")


@dataclass
class StockAxon:
    """An axon on loopback, of the SDK as it comes. `pull` and `submit` fill the synapse; what arrived is kept."""

    port: int = 0
    pulls: list[FurtherPull] = field(default_factory=list)
    submits: list[FurtherSubmit] = field(default_factory=list)
    pull: Callable[[FurtherPull], Any] = lambda synapse: None
    submit: Callable[[FurtherSubmit], Any] = lambda synapse: None

    def give(self, synapse: FurtherPull, *, lasts_s: float = 600, **fields: Any) -> None:
        """One task, as a validator gives it."""
        synapse.task = Task(id=f"task-{len(self.pulls)}", prompt="a red car")
        synapse.submit_before = int(time.time() + lasts_s)
        synapse.version = Version(major=1, minor=0, patch=0)
        for name, value in fields.items():
            setattr(synapse, name, value)

    def accept(self, synapse: FurtherSubmit, score: float = 0.9) -> None:
        """Feedback of an accepted result."""
        synapse.feedback = Feedback(task_fidelity_score=1.0, average_fidelity_score=1.0, current_miner_reward=1.0)
        synapse.score, synapse.cooldown_until, synapse.results = score, int(time.time()) + 120, ""

    def signed_as_it_should(self, synapse: FurtherSubmit, netuid: int = 17) -> bool:
        """Both signatures of a submission."""
        assert synapse.task is not None
        ends = (VALIDATOR.ss58_address, MINER.ss58_address)
        old = result_message(synapse.submit_time, synapse.task.prompt, *ends)
        bound = bound_message(
            netuid=netuid,
            task_id=synapse.task.id,
            asset=base64.b64decode(synapse.results),
            submit_time=synapse.submit_time,
            validator_hotkey=ends[0],
            miner_hotkey=ends[1],
        )
        return verified(ends[1], old, synapse.signature) and verified(ends[1], bound, synapse.bound_signature)


@dataclass(frozen=True)
class Wallet:
    """The parts of a wallet that an axon reads."""

    hotkey: bt.Keypair
    coldkeypub: bt.Keypair


@pytest.fixture
def stock_axon() -> Iterator[StockAxon]:
    said = StockAxon()

    async def pull(synapse: FurtherPull) -> FurtherPull:
        said.pulls.append(synapse.model_copy())
        await _told(said.pull(synapse))
        return synapse

    async def submit(synapse: FurtherSubmit) -> FurtherSubmit:
        said.submits.append(synapse.model_copy())
        await _told(said.submit(synapse))
        return synapse

    async def version(synapse: GetVersion) -> GetVersion:
        synapse.version, synapse.validation_version = 10_000, "1.0.0 three-gen-small@1+fp32"
        return synapse

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        said.port = probe.getsockname()[1]
    wallet: Any = Wallet(VALIDATOR, VALIDATOR)
    axon = Axon(wallet, port=said.port, ip="127.0.0.1", external_ip="127.0.0.1")
    axon.fast_config.host = "127.0.0.1"
    for handler in (pull, submit, version):
        axon.attach(handler)
    axon.start()
    eventually(lambda: _listens(said.port))
    yield said
    axon.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _told(what: Any) -> None:
    if asyncio.iscoroutine(what):
        await what


class FakeClock:
    """Time that passes only when slept on, and then at once; the dice always fall the same way."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.slept: list[float] = []
        self.rng = random.Random(1)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


@pytest.fixture
def fake_clock() -> FakeClock:
    return FakeClock()


class FastClock:
    """Real time, `speed` times as fast; the dice always fall the same way."""

    def __init__(self, speed: float = 200.0) -> None:
        self.speed = speed
        self.rng = random.Random(1)
        self._began = time.monotonic()

    def now(self) -> float:
        return 1_000_000.0 + self.speed * (time.monotonic() - self._began)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


@pytest.fixture
def fast_clock() -> FastClock:
    return FastClock()


@dataclass
class FakeService:
    """A generation service: up or not; its splat is the seed, or what `make` gives; `hold` keeps its jobs waiting."""

    url: str = "http://gen"
    up: bool = True
    make: Callable[[int], bytes] = lambda seed: str(seed).encode()
    hold: asyncio.Event | None = None
    began: int = 0
    ended: int = 0
    cancelled: int = 0
    seeds: list[int] = field(default_factory=list)

    async def problem(self) -> str:
        return "" if self.up else "down"

    async def generate(self, prompt: str, seed: int) -> bytes:
        self.began += 1
        self.seeds.append(seed)
        try:
            if self.hold is not None:
                await self.hold.wait()
            return self.make(seed)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.ended += 1


@pytest.fixture
def fake_service() -> type[FakeService]:
    return FakeService


@dataclass
class FakeScoring:
    """Gives the scores in order, and the last one repeatedly."""

    scores: list[float | None]
    scorer: str = "three-gen-small@1"
    seeds: list[int] = field(default_factory=list)

    def predicts(self, scorer: str) -> bool:
        return scorer.partition("+")[0] in ("", self.scorer)

    async def score(self, prompt: str, results: str, seed: int) -> float | None:
        self.seeds.append(seed)
        return self.scores.pop(0) if len(self.scores) > 1 else self.scores[0]


@pytest.fixture
def fake_scoring() -> type[FakeScoring]:
    return FakeScoring
