"""One subnet of three seats behind each implementation of `Chain`, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from neurons.chain.contract import Chain
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.subtensor import SubtensorChain

START = 1_000_000.0
RATE_LIMIT = 5


@dataclass
class Clock:
    time: float = START

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class Net:
    """A chain under test: seat 0 "V" validates for the chain's wallet, seats 1 and 2 are miners."""

    chain: Chain
    clock: Clock
    fail_next: Callable[[], None]  # lets the next call find no node

    def mine(self, blocks: int) -> None:
        self.clock.time += 12.0 * blocks


def devnet_at(path: Path, clock: Clock, **rules: Any) -> Path:
    """Create a devnet with the validator V (a stake of 5000, a permit) and the miners A and B."""
    chosen = {"tempo": 10, "weights_rate_limit": RATE_LIMIT, "commit_reveal": False, "immunity_blocks": 20, **rules}
    Ledger.create(path, Rules(**chosen), clock.now())
    for hotkey in ("V", "A", "B"):
        chain = Devnet(path, hotkey, now=clock.now, sleep=clock.sleep)
        chain.fund("cold", 100.0)
        assert chain.register("cold").ok
        if hotkey == "V":
            chain.set_stake(5000.0)
        chain.close()
    clock.time += 12.0 * 10  # to the epoch that gives V its permit
    return path


def open_devnet(path: Path, clock: Clock, hotkey: str = "V", **options: Any) -> Devnet:
    return Devnet(path, hotkey, now=clock.now, sleep=clock.sleep, **options)


@dataclass
class FakeSdk:
    """Replies as bittensor.Subtensor 10.5 does, for three seats and the test's clock."""

    clock: Clock
    hidden: bool = False
    last_update: int = 1
    axons: list[Any] = field(default_factory=lambda: [SimpleNamespace(ip="0.0.0.0", port=0) for _ in range(3)])
    weights: dict[int, float] = field(default_factory=dict)
    failures: list[Any] = field(default_factory=list)
    hotkeys: tuple[str, ...] = ("V", "A", "B")

    def __post_init__(self) -> None:
        self.substrate = SimpleNamespace(get_metadata_storage_function=lambda module, name: {"name": name})

    def get_current_block(self) -> int:
        self._fail()
        return int((self.clock.now() - START) / 12.0) + 1

    def get_uid_for_hotkey_on_subnet(self, hotkey_ss58: str, netuid: int) -> int | None:
        self._fail()
        return self.hotkeys.index(hotkey_ss58) if hotkey_ss58 in self.hotkeys else None

    def subnet_exists(self, netuid: int) -> bool:
        return netuid == 17

    def commit_reveal_enabled(self, netuid: int) -> bool:
        return self.hidden

    def blocks_since_last_update(self, netuid: int, uid: int) -> int:
        return self.get_current_block() - self.last_update

    def weights_rate_limit(self, netuid: int) -> int:
        return RATE_LIMIT

    def metagraph(self, netuid: int) -> Any:
        self._fail()
        return SimpleNamespace(
            block=np.array([self.get_current_block()]),
            uids=[0, 1, 2],
            hotkeys=list(self.hotkeys),
            coldkeys=["cold"] * 3,
            S=[5000.0, 0.0, 0.0],
            I=[0.0, 0.0, 0.0],
            validator_permit=[True, False, False],
            last_update=[self.last_update, 2, 3],
            axons=self.axons,
        )

    def serve_axon(self, netuid: int, axon: Any, raise_error: bool) -> Any:
        if (refused := self._refusal()) is not None:
            return refused
        here = self.axons[0]
        if (here.ip, here.port) == (axon.external_ip, axon.external_port):
            return _response(message="Axon already served on: here")
        if axon.external_ip.startswith("127."):
            return _response(error={"type": "Module", "name": "InvalidIpAddress", "docs": []})
        self.axons[0] = SimpleNamespace(ip=axon.external_ip, port=axon.external_port)
        return _response(message="Success")

    def set_weights(self, *, wallet: Any, netuid: int, uids: list[int], weights: list[float], **options: Any) -> Any:
        assert options["max_attempts"] == 1
        if (refused := self._refusal()) is not None:
            return refused
        if wallet.hotkey.ss58_address not in self.hotkeys:
            return _response(success=False, message="Hotkey X not registered in subnet 17.")
        if self.blocks_since_last_update(netuid, 0) <= RATE_LIMIT:
            return _response(success=False)
        if max(uids) > 2:
            return _response(error={"type": "Module", "name": "UidVecContainInvalidOne", "docs": []})
        self.weights = dict(zip(uids, weights, strict=True))
        self.clock.time += 12.0
        self.last_update = self.get_current_block()
        return _response(message="Success")

    def close(self) -> None:
        pass

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop()

    def _refusal(self) -> Any:
        if not self.failures:
            return None
        error = self.failures.pop()
        return _response(success=False, message=str(error), error=error)


def _response(*, success: bool = True, message: str | None = None, error: Any = None) -> Any:
    receipt = SimpleNamespace(block_number=7)
    return SimpleNamespace(success=success and error is None, message=message, error=error, extrinsic_receipt=receipt)


def sdk_chain(sdk: FakeSdk, hotkey: str = "V") -> SubtensorChain:
    return SubtensorChain(sdk, SimpleNamespace(hotkey=SimpleNamespace(ss58_address=hotkey)), 17)


@pytest.fixture(params=["devnet", "subtensor"])
def net(request: pytest.FixtureRequest, tmp_path: Path) -> Net:
    clock = Clock()
    if request.param == "subtensor":
        sdk = FakeSdk(clock)
        clock.time += 12.0 * 20
        return Net(sdk_chain(sdk), clock, lambda: sdk.failures.append(ConnectionError("gone")))
    chain = open_devnet(devnet_at(tmp_path / "net.db", clock), clock)
    return Net(chain, clock, lambda: chain.cause_fault("away"))


@pytest.fixture
def tools() -> Any:
    """The functions above, for tests that create their own network."""
    return SimpleNamespace(
        START=START, Clock=Clock, devnet_at=devnet_at, open_devnet=open_devnet, FakeSdk=FakeSdk, sdk_chain=sdk_chain
    )
