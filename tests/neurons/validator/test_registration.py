"""Following the chain and announcing the axon, on a devnet whose clock the test controls."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from neurons.chain.contract import Snapshot
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.sync import ChainSync
from neurons.chain.worker import ChainStalledError, ChainWorker, Deadlines
from neurons.validator.registration import Announcer

ADDRESS = ("127.0.0.1", 8092)


class Net:
    """A devnet whose clock advances only by sleeping."""

    def __init__(self, path: Path, **rules: Any) -> None:
        self.path, self.time = path, 1_000_000.0
        Ledger.create(path, Rules(allow_loopback=True, **rules), self.time)
        self.seats: list[Snapshot] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def connect(self, hotkey: str = "me") -> Devnet:
        return Devnet(self.path, hotkey, now=self.now, sleep=self.sleep)

    def register(self, hotkey: str) -> None:
        chain = self.connect(hotkey)
        chain.fund("cold", 10.0)
        assert chain.register("cold").ok
        chain.close()

    def sync(self, deadlines: Deadlines | None = None) -> ChainSync:
        async def on_snapshot(snapshot: Snapshot) -> None:
            self.seats.append(snapshot)

        return ChainSync(ChainWorker(self.connect, deadlines or Deadlines(), self.now), "me", on_snapshot)


@pytest.fixture
def net(tmp_path: Path) -> Net:
    made = Net(tmp_path / "devnet.db")
    made.register("me")
    return made


def test_the_axon_is_announced_once(net: Net) -> None:
    async def story() -> None:
        sync = net.sync()
        announcer = Announcer(sync, ADDRESS)
        await sync.wait_for_snapshot()
        assert [seat.hotkey for seat in net.seats[0].seats] == ["me"]
        assert announcer.problem
        await announcer.announce()
        assert not announcer.problem
        seat = (await sync.worker.read(lambda chain: chain.snapshot())).seats[0]
        assert (seat.ip, seat.port) == ADDRESS
        before = net.time
        await sync.refresh()
        await announcer.announce()
        assert net.time == before  # nothing was sent: no block was waited for
        await sync.worker.close()

    asyncio.run(story())


def test_a_refused_announcement_is_logged_and_not_fatal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    net = Net(tmp_path / "strict.db")
    net.register("me")

    async def story() -> None:
        sync = net.sync()
        announcer = Announcer(sync, ("0.0.0.0", 8092))
        await sync.wait_for_snapshot()
        await announcer.announce()
        assert "is not announced: bad_address" in announcer.problem
        await sync.worker.close()

    asyncio.run(story())
    assert "is not announced: bad_address" in caplog.text


def test_an_unregistered_validator_announces_its_axon_once_it_is_registered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="neurons.validator.registration")
    net = Net(tmp_path / "empty.db")

    async def story() -> None:
        sync = net.sync()
        announcer = Announcer(sync, ADDRESS)
        await sync.wait_for_snapshot()
        await announcer.announce()
        await announcer.announce()
        assert "the hotkey me is not registered on subnet 17; register it: btcli subnets register" in announcer.problem
        net.register("me")
        await sync.refresh()
        await announcer.announce()
        assert not announcer.problem
        await sync.worker.close()

    asyncio.run(story())
    assert caplog.text.count("is not registered on subnet 17") == 1


def test_a_brief_chain_outage_is_waited_out(net: Net) -> None:
    async def story() -> None:
        chaos = net.connect()
        chaos.cause_fault("away", count=2)
        chaos.close()
        sync = net.sync()
        assert not await sync.refresh()
        assert not await sync.refresh()
        net.time += 60.0
        assert await sync.refresh()
        await sync.worker.close()

    asyncio.run(story())


def test_a_stalled_chain_ends_the_process(net: Net) -> None:
    async def story() -> None:
        sync = net.sync(Deadlines(give_up_s=100.0))
        await sync.worker.poll_head()
        chaos = net.connect()
        chaos.cause_fault("away", count=100)
        chaos.close()
        for _ in range(2):
            net.time += 50.0
            await sync.worker.poll_head()
        net.time += 1.0
        with pytest.raises(ChainStalledError, match="no new block for 101 s"):
            await sync.follow_head()
        await sync.worker.close()

    asyncio.run(story())


def test_weights_are_considered_with_each_new_block(net: Net) -> None:
    considered: list[int] = []

    async def consider(height: int) -> None:
        considered.append(height)
        raise asyncio.CancelledError

    async def story() -> None:
        sync = net.sync()
        net.time += 120.0
        with pytest.raises(asyncio.CancelledError):
            await sync.follow_head(consider)
        assert (sync.height, sync.head_age_s) == (considered[0], 0.0)
        net.time += 30.0
        assert sync.head_age_s == 30.0
        await sync.worker.close()

    asyncio.run(story())
