"""The mocks as people run them: programs of their own on one devnet."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mocks.network import HTTP, as_arguments
from mocks.processes import Service, drain, free_port, start
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.wallets import make_wallet

pytestmark = pytest.mark.slow

RULES = {"block_time_s": 0.1, "tempo": 8, "serve_rate_limit": 1, "allow_loopback": True}


@pytest.fixture(scope="module")
def flags(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A devnet with a validator's seat and three others."""
    folder = tmp_path_factory.mktemp("mocks")
    Ledger.create(folder / "net.db", Rules(**RULES), time.time())
    for name in ("validator", "one", "two", "user"):
        hotkey = make_wallet(folder / "wallets", "local", name)
        chain = Devnet(folder / "net.db", hotkey)
        chain.fund(hotkey, 10.0)
        assert chain.register(hotkey).ok
        if name == "validator":
            assert chain.set_stake(5000.0).ok
        chain.close()
    chain = {"subtensor.network": "devnet", "devnet.path": str(folder / "net.db")}
    return {**chain, "wallet.path": str(folder / "wallets"), "wallet.name": "local"}


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("generation") / "log"
    service = start("generation", "mocks/mock_generator.py", ["--splats", "500"], log)
    yield service
    drain(service.process)


@pytest.fixture(scope="module")
def validator(
    flags: dict[str, str], generation: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("validator") / "log"
    axon = {"axon.ip": "127.0.0.1", "axon.external_ip": "127.0.0.1", "axon.port": free_port()}
    args = as_arguments({**flags, **axon, "wallet.hotkey": "validator", "generation.task_cooldown": 2})
    users = ["--public_api.enabled", "--public_api.whitelist_disabled", "--public_api.wait_after_first_copy", "1"]
    service = start("validator", "mocks/mock_validator.py", ["--prompt", "blue cube", *args, *users], log, HTTP)
    service.await_ready()
    generation.await_ready()
    yield service
    drain(service.process)


def run(script: str, flags: dict[str, str], hotkey: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, f"mocks/{script}", *as_arguments({**flags, "wallet.hotkey": hotkey}), *more]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)


def test_mock_miner_pulls_submits_and_prints_its_feedback(
    flags: dict[str, str], generation: Service, validator: Service
) -> None:
    done = run("mock_miner.py", flags, "one", "--generation.endpoint", generation.url, "--logging.trace")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'blue cube'" in done.stdout
    assert "0.9000 by stand-in@1" in done.stdout


def test_mock_miner_without_a_generation_service_is_not_set_up(flags: dict[str, str], validator: Service) -> None:
    done = run("mock_miner.py", flags, "two", "--generation.endpoint", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 2
    assert "no generation service is ready" in done.stdout


def test_check_versions_prints_each_validators_release(flags: dict[str, str], validator: Service) -> None:
    done = run("check_versions.py", flags, "one")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "answered    1 of 1; releases: 1.0.0" in done.stdout


def test_mock_client_gets_a_splat_that_a_miner_made(
    flags: dict[str, str], generation: Service, validator: Service, tmp_path: Path
) -> None:
    own = as_arguments({**flags, "wallet.hotkey": "two", "generation.endpoint": generation.url})
    miner = start("miner", "neurons/serve_miner.py", own, tmp_path / "miner.log", HTTP)
    try:
        asked = ["--prompt", "green ball", "--out", str(tmp_path / "ball.spz"), "--poll", "0.5"]
        done = run("mock_client.py", flags, "user", *asked)
    finally:
        drain(miner.process)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "ball.spz").stat().st_size > 1000


def test_mock_client_of_a_hotkey_without_a_seat_finds_no_validator(flags: dict[str, str], validator: Service) -> None:
    make_wallet(Path(flags["wallet.path"]), "local", "stranger")
    done = run("mock_client.py", flags, "stranger")
    assert done.returncode == 4
    assert "is not registered on subnet 17" in done.stdout
