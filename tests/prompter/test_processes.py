"""Collector, two generators and a validator as processes on one devnet: fresh tasks, kills, refusals.

Programs, flags, wallets, signatures and files are real. The language model is a tiny random one behind a real
OpenAI-compatible server, and the validation service is a stub that receives no results.
"""

from __future__ import annotations

import asyncio
import base64
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bittensor_wallet
import httpx
import pytest
import yaml

from mocks.processes import free_port
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.opening import open_wallet
from neurons.chain.settings import WalletSettings
from neurons.chain.wallets import make_wallet
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import Peer
from prompter.collector.keys import KeyRing
from serving.app import ShellLimits, create_shell
from serving.settings import ShellSettings
from serving.status import ServiceStatus
from tests.eventually import eventually
from tests.prompter.programs import Program
from tests.prompter.serve_tiny_llm import WORDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OLD = "a prompt that everybody knows"
BATCH = 1000
"""The smallest batch that a validator accepts."""
MODEL_START_S = 300.0
"""`transformers serve` imports for 45 s of CPU time on a slow core before it answers."""


@dataclass
class Site:
    """Everything that runs, and where its files are."""

    folder: Path
    key: str
    collector: Program
    grammar: Program
    llm: Program
    validator: Program
    axon_port: int

    def stored(self) -> set[str]:
        with closing(sqlite3.connect(self.folder / "collector.db")) as db:
            return {text for (text,) in db.execute("SELECT text FROM prompts")}

    def spooled(self, name: str) -> set[str]:
        """Return the undelivered prompts of a generator that is not running."""
        with closing(sqlite3.connect(self.folder / f"{name}.spool")) as db:
            return {text for (text,) in db.execute("SELECT text FROM prompts")}

    def wallet(self, name: str) -> bittensor_wallet.Wallet:
        return open_wallet(WalletSettings(name="local", hotkey=name, path=self.folder / "wallets"))

    def pull(self, *, close: bool) -> str:
        """Return the prompt of the open task, or of the next one; with `close`, decline it."""
        validator = self.wallet("validator").hotkey.ss58_address
        peer = Peer(validator, "127.0.0.1", self.axon_port, 5000.0)

        async def run() -> str:
            async with Dendrite(self.wallet("miner").hotkey, 17) as dendrite:
                pulled = await dendrite.pull(peer)
                assert pulled.task is not None
                if close:
                    await dendrite.submit(peer, pulled.task, "")
                return pulled.task.prompt

        return asyncio.run(run())

    def fetch_body(self, name: str = "validator", nonce: int | None = None) -> dict[str, object]:
        """Return the signed body of a fetch."""
        hotkey, nonce = self.wallet(name).hotkey, time.time_ns() if nonce is None else nonce
        signature = base64.b64encode(hotkey.sign(f"{nonce}{hotkey.ss58_address}".encode())).decode()
        return {"hotkey": hotkey.ss58_address, "nonce": nonce, "signature": signature}

    def fetch(self, body: dict[str, object]) -> httpx.Response:
        return httpx.post(f"{self.collector.url}/get", json=body, timeout=30, trust_env=False)

    def submit(self, prompts: list[str], key: str) -> httpx.Response:
        body, headers = {"prompts": prompts}, {"X-Api-Key": key}
        return httpx.post(f"{self.collector.url}/submit", json=body, headers=headers, timeout=30, trust_env=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def model(folder: Path) -> Iterator[Program]:
    args = [str(folder / "model"), "{port}"]
    server = Program("tests/prompter/serve_tiny_llm.py", args, folder / "model.log", probe="/health").start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def devnet(folder: Path) -> Path:
    """A subnet of a validator and a miner; a third wallet is not registered."""
    path = folder / "devnet.db"
    Ledger.create(path, Rules(block_time_s=0.1, serve_rate_limit=1, immunity_blocks=10_000, allow_loopback=True), 1.0)
    for name in ("validator", "miner", "nobody"):
        hotkey = make_wallet(folder / "wallets", "local", name)
        if name == "nobody":
            continue
        chain = Devnet(path, hotkey)
        chain.fund("cold", 10.0)
        assert chain.register("cold").ok
        if name == "validator":
            chain.set_stake(5000.0)
        chain.close()
    return path


@pytest.fixture(scope="module")
def site(folder: Path, model: Program, devnet: Path, root: Path, live: Any) -> Iterator[Site]:
    key = KeyRing(folder / "collector.db").create("generators")
    (folder / "key").write_text(key)
    chain = ["--subtensor.network", "devnet", "--devnet.path", str(devnet)]
    args = ["--db", str(folder / "collector.db"), "--port", "{port}", "--fetches_per_hour", "2000", *chain]
    collector = Program("prompter/serve_collector.py", args, folder / "collector.log")
    grammar = generator(folder, root / "prompter/resources/generator.yaml", collector.url)
    llm = generator(folder, root / "prompter/resources/generator_llm.yaml", collector.url, model)
    (folder / "old.txt").write_text(OLD)
    axon_port = free_port()
    status = ServiceStatus(version=lambda: "1.0.0 three-gen-small@1+fp32 cpu-native", busy=lambda: False)
    with live(create_shell("validation", ShellSettings(port=0), status, ShellLimits())) as validation:
        flags = [
            *("--wallet.path", str(folder / "wallets"), "--wallet.name", "local", "--wallet.hotkey", "validator"),
            *("--axon.ip", "127.0.0.1", "--axon.port", str(axon_port), "--neuron.http_port", "{port}"),
            *("--validation.endpoint", validation, "--generation.task_cooldown", "0", "--generation.min_cooldown", "0"),
            *("--dataset.default_prompts_path", str(folder / "old.txt"), "--neuron.state_dir", str(folder / "state")),
            *("--dataset.prompter.endpoint", collector.url, "--dataset.prompter.fetch_interval", "2", *chain),
        ]
        validator = Program("neurons/serve_validator.py", flags, folder / "validator.log")
        yield Site(folder, key, collector, grammar, llm, validator, axon_port)
        for program in (validator, grammar, llm, collector):
            program.kill()


def generator(folder: Path, bundled: Path, collector: str, model: Program | None = None) -> Program:
    """Return a generator with a bundled configuration, with its addresses and files replaced."""
    config = yaml.safe_load(bundled.read_text())
    config["collector"] |= {"url": collector, "every_s": 0.5, "api_key_file": str(folder / "key")}
    config["spool"] = str(folder / f"{bundled.stem}.spool")
    if model is not None:
        for backend in config["backends"]:
            backend |= {"url": f"{model.url}/v1", "model": str(folder / "model"), "max_tokens": 200}
    path = folder / bundled.name
    path.write_text(yaml.safe_dump(config))
    args = ["--config", str(path), "--port", "{port}"]
    return Program("prompter/serve_generator.py", args, folder / f"{bundled.stem}.log")


def from_model(prompts: set[str]) -> set[str]:
    words = set(WORDS.split())
    return {prompt for prompt in prompts if set(prompt.split()) <= words}


def test_the_validators_tasks_are_fresh_prompts(site: Site, model: Program) -> None:
    assert site.stored() == set()
    site.collector.start().ready()
    site.grammar.start()
    model.ready(MODEL_START_S)
    site.llm.start().ready()
    eventually(lambda: site.collector.metric("prompts_stored") >= BATCH and site.llm.metric("prompts_delivered_total"))
    assert from_model(site.stored())
    site.validator.start().ready()
    eventually(lambda: site.pull(close=True) != OLD)
    tasks = [site.pull(close=True) for _ in range(10)]
    assert len(set(tasks)) == 10
    assert set(tasks) <= site.stored()


def test_kills_and_restarts_lose_nothing(site: Site) -> None:
    task = site.pull(close=False)
    body = site.fetch_body()
    assert site.fetch(body).status_code == 200
    site.collector.kill()
    stored = site.stored()
    for one in (site.grammar, site.llm):
        eventually(lambda one=one: one.metric("prompts_waiting"))
        one.kill()
    site.validator.kill()
    spooled = site.spooled("generator") | site.spooled("generator_llm")
    assert from_model(spooled)
    for program in (site.collector, site.grammar, site.llm, site.validator):
        program.start()
    site.collector.ready()
    eventually(lambda: stored | spooled <= site.stored())
    assert site.fetch(body).json()["code"] == "nonce_reused"
    site.validator.ready()
    assert site.pull(close=True) == task
    eventually(lambda: site.pull(close=True) != OLD)


@pytest.mark.parametrize("prompts", [["x" * (1 << 20)], ["a red car"] * 1001])
def test_an_oversized_submission_is_refused(site: Site, prompts: list[str]) -> None:
    code = site.submit(prompts, site.key).json()["code"]
    assert code == ("too_many" if len(prompts) > 1 else "too_large")


def test_each_refusal_has_its_own_code(site: Site) -> None:
    body = site.fetch_body()
    answers = [
        site.submit(["a red car"], "wrong"),
        site.fetch({**site.fetch_body(), "signature": body["signature"]}),
        site.fetch(site.fetch_body(nonce=time.time_ns() - 400 * 10**9)),
        site.fetch(site.fetch_body("nobody")),
        site.fetch(site.fetch_body("miner")),
        *(site.fetch(body) for _ in range(2)),
    ]
    assert [answer.status_code for answer in answers] == [401, 403, 403, 403, 403, 200, 409]
    codes = [answer.json().get("code") for answer in answers]
    refused = ["unauthorized", "bad_signature", "stale_nonce", "not_registered", "low_stake", None, "nonce_reused"]
    assert codes == refused
