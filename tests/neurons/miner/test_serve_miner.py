"""The miner as a process: real flags, wallet, devnet and signatures, a validator's axon of the stock SDK."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bittensor as bt
import httpx
import pytest

from generation.app import create_app
from generation.backends.contract import Generated, Progress, Report
from generation.pipeline import Pipeline
from generation.settings import GenerationConfig, GenerationSettings
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.wallets import make_wallet
from serving.settings import ShellSettings
from tests.eventually import eventually

VALIDATOR = bt.Keypair.create_from_uri("//Victor")
PROMPT = "a red car"

pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")  # the SDK's axon does


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def generate(prompt: str, seed: int, report: Report) -> Generated:
    ends_at = time.monotonic() + 0.2
    while time.monotonic() < ends_at:
        report(Progress(0.5, "building"))
        time.sleep(0.01)
    return Generated(f"{prompt} {seed}", understood=None)  # type: ignore[arg-type]


def generation_app() -> Any:
    encoders = dict.fromkeys(("ply", "spz", "png", "mp4"), lambda splats, _size, _advance: str(splats).encode())
    pipeline = Pipeline("fake", lambda _device: generate, lambda: "none", encoders)
    config = GenerationConfig.model_validate({"backend": "fake"})
    return create_app(GenerationSettings(shell=ShellSettings(port=0), config=config), pipeline)


@dataclass
class Site:
    """A devnet with a validator's seat, and how to start the miner there."""

    folder: Path
    root: Path
    generation_url: str
    status_port: int

    @property
    def devnet(self) -> Path:
        return self.folder / "devnet.db"

    @property
    def log(self) -> Path:
        return self.folder / "miner.log"

    def chain(self, hotkey: str) -> Devnet:
        return Devnet(self.devnet, hotkey)

    def seat(self, hotkey: str) -> None:
        chain = self.chain(hotkey)
        chain.fund("cold", 10.0)
        assert chain.register("cold").ok
        chain.close()

    def start(self, *more: str, folder: str = ".") -> subprocess.Popen[str]:
        script = "neurons/serve_miner.py" if folder == "." else "serve_miner.py"
        flags = [
            *("--subtensor.network", "devnet", "--devnet.path", str(self.devnet), "--neuron.sync_interval", "0.2"),
            *("--wallet.path", str(self.folder / "wallets"), "--wallet.name", "local", "--wallet.hotkey", "miner"),
            *("--generation.endpoint", self.generation_url, "--neuron.http_port", str(self.status_port)),
            *("--logging.json", "--neuron.log_info_interval", "0.2", *more),
        ]
        env = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
        command = [sys.executable, script, *flags]
        with self.log.open("a") as log:  # a pipe that nobody reads would stop it in the end
            return subprocess.Popen(command, cwd=self.root / folder, env=env, stderr=log, text=True)

    @contextlib.contextmanager
    def running(self, *more: str, folder: str = ".") -> Iterator[subprocess.Popen[str]]:
        with self.start(*more, folder=folder) as child:
            try:
                yield child
            finally:
                child.kill()

    def get(self, path: str) -> tuple[int, str]:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.status_port}{path}", timeout=5, trust_env=False)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def wait(self, child: subprocess.Popen[str], done: Any) -> None:
        eventually(lambda: done() or child.poll() is not None)
        assert child.poll() is None, self.log.read_text()

    def stop(self, child: subprocess.Popen[str], number: signal.Signals) -> str:
        """Ask it to end and return its log."""
        child.send_signal(number)
        child.wait(timeout=40)
        assert child.returncode == 0, self.log.read_text()
        return self.log.read_text()


@pytest.fixture
def site(tmp_path: Path, root: Path, live: Any, stock_axon: Any) -> Iterator[Site]:
    rules = Rules(block_time_s=0.1, tempo=4, serve_rate_limit=1, immunity_blocks=10_000, allow_loopback=True)
    Ledger.create(tmp_path / "devnet.db", rules, time.time())
    make_wallet(tmp_path / "wallets", "local", "miner")
    with live(generation_app()) as url:
        found = Site(tmp_path, root, url, free_port())
        found.seat(VALIDATOR.ss58_address)
        chain = found.chain(VALIDATOR.ss58_address)
        chain.set_stake(5000.0)
        assert chain.serve_axon("127.0.0.1", stock_axon.port).ok
        chain.close()
        yield found


def miner_hotkey(site: Site) -> str:
    return make_wallet(site.folder / "wallets", "local", "miner")


def test_a_miner_works_reports_its_status_and_drains(site: Site, stock_axon: Any) -> None:
    stock_axon.pull = stock_axon.give

    def accept(synapse: Any) -> None:
        stock_axon.accept(synapse)
        synapse.cooldown_until = 0

    stock_axon.submit = accept
    with site.running() as child:
        site.wait(child, lambda: "not registered" in site.get("/ready/")[1])
        assert stock_axon.pulls == []  # without a seat nobody is asked
        site.seat(miner_hotkey(site))
        site.wait(child, lambda: len(stock_axon.submits) >= 2)
        site.wait(child, lambda: site.get("/ready/")[0] == 200)
        assert site.get("/health/")[0] == 200
        metrics = site.get("/metrics")[1]
        log = site.stop(child, signal.SIGTERM)
    assert 'miner_tasks_total{code="",outcome="accepted"}' in metrics
    assert len({submit.results for submit in stock_axon.submits}) == len(stock_axon.submits)
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines[-1]["message"] == "stopped"
    assert any("1 of 1 validators reachable" in line["message"] for line in lines)
    assert PROMPT not in log
    assert PROMPT not in metrics


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["--wallet.hotkey", "nobody"], "there is no hotkey"),
        (["--generation.endpoint", "gen:8093"], "not an http address"),
        (["--neuron.typo", "1"], "unrecognized arguments: --neuron.typo"),
    ],
)
def test_what_an_operator_can_fix_is_one_line_and_status_2(site: Site, more: list[str], word: str) -> None:
    with site.start(*more, folder="neurons") as child:
        assert child.wait(timeout=60) == 2
    assert word in site.log.read_text().splitlines()[-1]
    assert "Traceback" not in site.log.read_text()
