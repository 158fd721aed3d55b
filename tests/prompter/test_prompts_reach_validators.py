"""From a submission to a validator's tasks, with real signatures, a real devnet and HTTP."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bittensor_wallet
import httpx
import pytest

from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.opening import chain_opener
from neurons.chain.settings import ChainSettings
from neurons.validator.prompts import BadBatchError, Batch, CollectorClient, Prompts, fetch
from prompter.collector.app import create_app
from prompter.collector.policy import FetchPolicy
from prompter.collector.settings import CollectorSettings
from serving.settings import ShellSettings

VALIDATOR = bittensor_wallet.Keypair.create_from_uri("//Validator")
FRESH = [f"fresh prompt {i}" for i in range(1000)]


@pytest.fixture
def devnet(tmp_path: Path) -> Iterator[Devnet]:
    path = tmp_path / "devnet.db"
    Ledger.create(path, Rules(block_time_s=0.1), time.time())
    chain = Devnet(path, VALIDATOR.ss58_address)
    yield chain
    chain.close()


@pytest.fixture
def address(devnet: Devnet, tmp_path: Path, db: Path, live: Any) -> Iterator[str]:
    chain = ChainSettings(network="devnet", devnet_path=tmp_path / "devnet.db")
    policy = FetchPolicy(chain_opener(chain, None), min_stake=1000.0)
    with live(create_app(CollectorSettings(shell=ShellSettings(port=0), db=db, chain=chain), policy)) as url:
        yield url


def fetched(url: str) -> Batch:
    collector = CollectorClient(
        url, VALIDATOR.ss58_address, lambda m: base64.b64encode(VALIDATOR.sign(m)).decode(), time.time_ns
    )

    async def run() -> Batch:
        async with httpx.AsyncClient() as client:
            return await fetch(collector, client)

    return asyncio.run(run())


def test_submitted_prompts_become_the_validators_next_tasks(
    devnet: Devnet, address: str, key: str, tmp_path: Path
) -> None:
    devnet.fund("cold", 10.0)
    assert devnet.register("cold").ok
    assert devnet.set_stake(5000.0).ok
    answer = httpx.post(f"{address}/submit", json={"prompts": FRESH}, headers={"X-Api-Key": key})
    assert answer.json()["accepted"] == 1000
    (tmp_path / "old.txt").write_text("an old prompt")
    prompts = Prompts(tmp_path / "old.txt", random.Random(1))
    prompts.replace(fetched(address))
    assert {prompts.next() for _ in range(1000)} == set(FRESH)


def test_an_unregistered_hotkey_is_refused(address: str) -> None:
    with pytest.raises(BadBatchError, match="the collector refused: status 403"):
        fetched(address)
