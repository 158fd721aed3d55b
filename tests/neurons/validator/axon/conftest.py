"""The validator's axon over loopback with a wallet on disk and a fake judge, and peers that sign their requests."""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from bittensor_wallet import Keypair

from neurons.chain.contract import Seat, Snapshot
from neurons.chain.opening import open_wallet
from neurons.chain.settings import WalletSettings
from neurons.chain.signing import sign, verify
from neurons.chain.wallets import make_wallet
from neurons.messages import bound_message, result_message
from neurons.validator.axon.handlers import Handlers
from neurons.validator.axon.listening import axon_server
from neurons.validator.tasks.desk import Desk
from neurons.wire.axon import Axon
from neurons.wire.bodies import BodyRules
from neurons.wire.headers import signed_by, write_headers
from neurons.wire.senders import SenderRules
from neurons.wire.synapses import PullTask, SubmitResults, Synapse, Task
from serving.server import bind

MINER = Keypair.create_from_uri("//Mina")
OTHER = Keypair.create_from_uri("//Milo")
STRANGER = Keypair.create_from_uri("//Stranger")


@dataclass
class Running:
    """A running axon, and the refusal codes that it counted."""

    desk: Desk
    app: Axon
    senders: SenderRules
    port: int
    hotkey: str
    refused: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def info(self) -> Any:
        """The axon's address in the form that the SDK's client takes."""
        from bittensor import AxonInfo

        return AxonInfo(
            version=10_005_000, ip="127.0.0.1", port=self.port, ip_type=4, hotkey=self.hotkey, coldkey=self.hotkey
        )


@dataclass
class Subnet:
    """Starts the axon over one state folder, as often as a test needs it."""

    world: Any
    wallet: Any
    registered: tuple[str, ...] = (MINER.ss58_address, OTHER.ss58_address)
    may_ask: Callable[[str], bool] | None = lambda _hotkey: True
    rules: BodyRules = field(default_factory=BodyRules)

    @contextlib.asynccontextmanager
    async def axon(self) -> AsyncIterator[Running]:
        desk = self.world.desk()
        listener = bind("127.0.0.1", 0)
        refused: list[str] = []
        handlers = Handlers(desk, 30, lambda: "1.0.0 three-gen-small@1+fp32", lambda *_: None)
        senders = SenderRules(self.world.hotkey, handlers.store_nonce, self.may_ask)
        senders.snapshot = snapshot(self.world.hotkey, *self.registered)
        app = Axon(handlers.by_message(), senders, desk.state.may_send_large, refused.append, self.rules)
        port = listener.getsockname()[1]
        async with axon_server(app, listener, 1.0):
            yield Running(desk, app, senders, port, self.world.hotkey, refused)


def snapshot(*hotkeys: str) -> Snapshot:
    """Return a subnet on which these hotkeys are registered."""
    seats = (Seat(i, hotkey, "cold", 0.0, 0.0, i == 0, 0, "127.0.0.1", 0) for i, hotkey in enumerate(hotkeys))
    return Snapshot(17, 100, tuple(seats))


@pytest.fixture
def subnet(world: Any, tmp_path: Path) -> Subnet:
    chosen = WalletSettings(name="validator", hotkey="one", path=tmp_path / "wallets")
    world.hotkey = make_wallet(chosen.path, chosen.name, chosen.hotkey)
    world.now, world.verify = time.time(), verify
    return Subnet(world, open_wallet(chosen))


@dataclass
class Peer:
    """Signs as the SDK's dendrite does, and sends any request, valid or not."""

    keypair: Keypair
    axon: Running
    client: httpx.AsyncClient
    uuid: str = "a-process"

    def headers(self, synapse: Synapse, nonce: int | None = None, timeout_s: float = 12.0) -> dict[str, str]:
        nonce = time.time_ns() if nonce is None else nonce
        sender = signed_by(self.keypair.ss58_address, nonce, self.axon.hotkey, self.uuid, self.keypair.sign)
        synapse.timeout, synapse.dendrite = timeout_s, sender.model_copy(update={"ip": None})
        return {**write_headers(synapse, b""), "content-type": "application/json"}

    async def send(self, synapse: Synapse, headers: dict[str, str] | None = None) -> httpx.Response:
        headers = self.headers(synapse) if headers is None else headers
        return await self.client.post(
            f"{self.axon.url}/{type(synapse).__name__}", headers=headers, content=synapse.model_dump_json()
        )

    async def pull(self) -> Any:
        return (await self.send(PullTask())).json()

    def result(self, task_id: str, prompt: str = "a red car", asset: bytes = b"asset", **more: Any) -> SubmitResults:
        """Return a result with both signatures."""
        at = more.pop("at", time.time_ns())
        ends = (self.axon.hotkey, self.keypair.ss58_address)
        bound = bound_message(
            netuid=17, task_id=task_id, asset=asset, submit_time=at, validator_hotkey=ends[0], miner_hotkey=ends[1]
        )
        return SubmitResults(
            task=Task(id=task_id, prompt=prompt),
            results=base64.b64encode(asset).decode(),
            submit_time=at,
            signature=sign(self.keypair, result_message(at, prompt, *ends)),
            bound_signature=sign(self.keypair, bound),
            **more,
        )


@pytest.fixture
def peer() -> Callable[..., contextlib.AbstractAsyncContextManager[Peer]]:
    """Connect a peer: `async with peer(axon) as miner`, with MINER's key unless another is given."""

    @contextlib.asynccontextmanager
    async def made(axon: Running, keypair: Keypair = MINER, uuid: str = "a-process") -> AsyncIterator[Peer]:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            yield Peer(keypair, axon, client, uuid)

    return made


@pytest.fixture
def keys() -> dict[str, Keypair]:
    return {"miner": MINER, "other": OTHER, "stranger": STRANGER}


@pytest.fixture
def stock_dendrite() -> Iterator[Callable[[], Any]]:
    """Build the SDK's own client. Its constructor looks its address up over the network; here it is given one."""
    from bittensor import Dendrite

    class StockDendrite(Dendrite):  # type: ignore[misc]
        """The SDK's client without its destructor, which needs an event loop after the last one has closed."""

        def __del__(self) -> None:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bittensor.utils.networking.get_external_ip", lambda: "192.0.2.1")
        yield lambda keypair=MINER: StockDendrite(keypair)
