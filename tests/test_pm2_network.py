"""The whole network under the real PM2, with the files that set-up wrote: tasks succeed before and after a restart."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mocks.pm2 import Pm2, await_ready
from tests.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

PORTS = {"generation": 8093, "validation": 8094, "validator": 8095, "miner": 8096}
FAST = ["--generation.task_cooldown", "2", "--generation.min_cooldown", "1", "--neuron.sync_interval", "2"]
WEIGHTS = ["--neuron.weight_set_interval", "6"]
LOOPBACK = ["--axon.ip", "127.0.0.1", "--axon.external_ip", "127.0.0.1"]


@pytest.fixture(scope="module")
def network_clone(validator_clone: Path, clean_env: dict[str, str]) -> Path:
    """Return the clone after neurons/setup_env.sh has run in it as well, on a devnet of its own."""
    folder = validator_clone
    subprocess.run(["./setup_env.sh"], cwd=folder / "neurons", env=clean_env, check=True, stdin=subprocess.DEVNULL)
    python, devnet = folder / ".venvs/three-gen-neurons/bin/python", folder / "out/devnet.db"
    devnet.parent.mkdir()

    def command(*words: str) -> None:
        line = [str(python), "-m", "neurons.chain.devnet", *words]
        subprocess.run(line, cwd=folder, env=clean_env, check=True, stdin=subprocess.DEVNULL)

    on = ["--devnet.path", str(devnet)]
    command(
        "init",
        *on,
        "--block_time_s",
        "0.5",
        "--tempo",
        "8",
        "--serve_rate_limit",
        "1",
        "--weights_rate_limit",
        "6",
        "--allow_loopback",
    )
    for hotkey in ("validator", "miner"):
        own = ["--wallet.path", str(folder / "out/wallets"), "--wallet.name", "local", "--wallet.hotkey", hotkey]
        command("wallet", *own)
        command("register", *on, *own)
        flags = ["--subtensor.network", "devnet", *on, *own]
        edit(
            folder / f"neurons/{hotkey}.config.js",
            [*flags, *(FAST + LOOPBACK + WEIGHTS if hotkey == "validator" else FAST[-2:])],
        )
    own[-1] = "validator"
    command("set-stake", *on, *own, "--amount", "5000")
    return folder


def edit(config: Path, flags: list[str]) -> None:
    """Append flags to a PM2 file, as an operator does in an editor."""
    mark, _, body = config.read_text().partition("\n")
    found = json.loads(body.removeprefix("module.exports = ").removesuffix(";\n"))
    found["apps"][0]["args"] += flags
    config.write_text(f"{mark}\nmodule.exports = {json.dumps(found)};\n")


@pytest.fixture(scope="module")
def pm2(network_clone: Path, start_pm2: Callable[[Path, int], Pm2]) -> Pm2:
    folders = {"generation": "generation", "validation": "validation", "validator": "neurons", "miner": "neurons"}
    for name, folder in folders.items():
        pm2 = start_pm2(network_clone / folder / f"{name}.config.js", PORTS[name])
        await_ready(PORTS[name])
    return pm2


def dashboard(route: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORTS['validator']}/{route}/", timeout=10) as answer:
        return json.load(answer)


def scored_task() -> dict[str, Any]:
    """Return the newest task that was scored since the validator started."""
    scored = eventually(lambda: [task for task in dashboard("tasks") if task["score"] is not None], timeout_s=120)
    return dict(scored[0])


def test_a_task_goes_through_also_after_the_validator_was_restarted(pm2: Pm2) -> None:
    first = scored_task()
    before = dashboard("miners")["miners"][0]
    pm2("restart", "validator")
    await_ready(PORTS["validator"])
    assert dashboard("miners")["miners"][0]["accepted"] >= before["accepted"]
    second = scored_task()
    assert second["hotkey"] == first["hotkey"]
    assert second["task_id"] != first["task_id"]
    assert pm2.services()["validator"] == ("online", 1)


def test_what_the_miner_earns_becomes_weights_on_the_chain(pm2: Pm2) -> None:
    eventually(lambda: dashboard("miners")["weights_block"], timeout_s=180, every_s=1)
    standing = dashboard("miners")
    assert standing["weights_block"] > 0, standing["weights_held_back"]
    assert [row["weight"] for row in standing["miners"] if row["reward"] > 0] == [1.0]


def test_stopping_drains_every_program_and_frees_its_port(pm2: Pm2) -> None:
    pm2("stop", "all")
    assert {name: state for name, (state, _) in pm2.services().items()} == dict.fromkeys(PORTS, "stopped")
    for port in (*PORTS.values(), 8092):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
