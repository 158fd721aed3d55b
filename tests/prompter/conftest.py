"""A collector on a subnet of one validator and one hotkey with too little stake."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bittensor_wallet
import pytest
from fastapi.testclient import TestClient

from neurons.chain.contract import ChainUnavailable, Seat, Snapshot
from prompter.collector.app import create_app
from prompter.collector.keys import KeyRing
from prompter.collector.policy import FetchPolicy
from prompter.collector.settings import CollectorSettings
from serving.settings import ShellSettings

KEYS = {name: bittensor_wallet.Keypair.create_from_uri(f"//{name}") for name in ("Alice", "Bob", "Eve")}


@dataclass
class FakeChain:
    """Alice is a validator, Bob has too little stake, Eve is not registered."""

    unavailable: bool = False

    def snapshot(self) -> Snapshot:
        if self.unavailable:
            raise ChainUnavailable("no node")
        stakes = ((KEYS["Alice"], 5000.0), (KEYS["Bob"], 5.0))
        seats = (Seat(i, key.ss58_address, "cold", stake, 0.0, True, 0, "", 0) for i, (key, stake) in enumerate(stakes))
        return Snapshot(17, 1, tuple(seats))

    def close(self) -> None:
        pass


def signed(who: str = "Alice", nonce: int | None = None, **changes: object) -> dict[str, object]:
    """Return the signed body of a fetch; with `collector` it is bound to that address."""
    key = KEYS[who]
    nonce = time.time_ns() if nonce is None else nonce
    signature = base64.b64encode(key.sign(f"{nonce}{key.ss58_address}".encode())).decode()
    body = {"hotkey": key.ss58_address, "nonce": nonce, "signature": signature}
    if "collector" in changes:
        message = f"three-gen:get:1|{changes['collector']}|{nonce}|{key.ss58_address}".encode()
        body["bound"] = base64.b64encode(key.sign(message)).decode()
    return {**body, **changes}


@dataclass
class Rig:
    """A collector under test: its client, headers with a key for /submit, its chain."""

    client: TestClient
    headers: dict[str, str]
    chain: FakeChain

    def submit(self, prompts: list[Any], **headers: str) -> Any:
        return self.client.post("/submit", json={"prompts": prompts}, headers={**self.headers, **headers})

    def fetch(self, **changes: Any) -> Any:
        return self.client.request("GET", "/get", json=signed(**changes))

    @staticmethod
    def signed(**changes: Any) -> dict[str, object]:
        return signed(**changes)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "collector.db"


@pytest.fixture
def key(db: Path) -> str:
    """A key for /submit."""
    ring = KeyRing(db)
    key = ring.create("generator")
    ring.close()
    return key


@pytest.fixture
def rig(db: Path, key: str) -> Iterator[Rig]:
    chain = FakeChain()
    settings = CollectorSettings(
        shell=ShellSettings(port=0), db=db, fetch_limit=3, submits_per_minute=20, fetches_per_hour=5
    )
    app = create_app(settings, FetchPolicy(lambda: chain, min_stake=1000.0, collector="here"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield Rig(client, {"X-Api-Key": key}, chain)


@pytest.fixture
def collector(db: Path, live: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The URL of a running collector; its file is `db`."""
    app = create_app(CollectorSettings(shell=ShellSettings(port=0), db=db), FetchPolicy(FakeChain, min_stake=1000.0))
    with live(app) as url:
        yield url
