"""The process of a neuron, run as a subprocess: it always ends, logs why, and logs each line once."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from neurons.process import lock_folder, state_folder
from neurons.settings import validator_settings
from serving.settings import SettingsError

PRELUDE = """
import asyncio, logging, sys, time
from neurons import process
from neurons.chain.opening import load_sdk
from neurons.settings import Logging
logger = logging.getLogger("neurons.made.before")
"""


def run(root: Path, code: str, *signals: signal.Signals) -> subprocess.CompletedProcess[str]:
    """Run the code in a process, and send each signal after it has printed a line."""
    env = {**os.environ, "PYTHONPATH": str(root), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", PRELUDE + code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as child:
        assert child.stdout is not None
        for number in signals:
            assert child.stdout.readline()
            child.send_signal(number)
        out, err = child.communicate(timeout=60)
    return subprocess.CompletedProcess(command, child.returncode, out, err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_the_neuron_to_finish(root: Path, number: signal.Signals) -> None:
    code = """
async def main(stop):
    print("up", flush=True)
    await stop.wait()
    print("finished", flush=True)
    return 0
sys.exit(process.run(main))
"""
    done = run(root, code, number)
    assert (done.returncode, done.stdout) == (0, "finished\n")


def test_an_error_in_the_background_ends_the_neuron(root: Path) -> None:
    code = """
from serving.tasks import background
logging.basicConfig()
async def fail():
    raise RuntimeError("boom")
async def main(stop):
    async with background(fail()):
        await stop.wait()
    return 0
sys.exit(process.run(main))
"""
    done = run(root, code)
    assert done.returncode == 1
    assert "the neuron failed" in done.stderr
    assert "RuntimeError: boom" in done.stderr


def test_a_second_signal_ends_it_at_once(root: Path) -> None:
    code = """
async def main(stop):
    print("up", flush=True)
    await stop.wait()
    print("draining", flush=True)
    await asyncio.sleep(3600)
sys.exit(process.run(main))
"""
    assert run(root, code, signal.SIGTERM, signal.SIGTERM).returncode == 1


def test_a_neuron_that_does_not_finish_is_terminated(root: Path) -> None:
    code = """
process.HARD_STOP_S = 0.2
async def main(stop):
    print("up", flush=True)
    await asyncio.sleep(3600)
sys.exit(process.run(main))
"""
    done = run(root, code, signal.SIGINT)
    assert done.returncode == 1
    assert "not done after 0.2 s" in done.stderr


def test_a_blocked_event_loop_ends_the_process(root: Path) -> None:
    code = """
process.STUCK_S = 0.5
async def main(stop):
    time.sleep(3600)
sys.exit(process.run(main))
"""
    done = run(root, code)
    assert done.returncode == 1
    assert "the event loop was blocked for 0.5 s" in done.stderr
    assert "in main" in done.stderr  # the stack shows where


def test_an_unexpected_error_is_logged_with_its_traceback(root: Path) -> None:
    code = """
async def main(stop):
    raise RuntimeError("boom")
sys.exit(process.run(main))
"""
    done = run(root, code)
    assert done.returncode == 1
    assert "RuntimeError: boom" in done.stderr


def test_each_line_is_logged_once_and_none_of_the_sdks(root: Path) -> None:
    code = """
process.start_logging(Logging(as_json=True))
load_sdk()
import bittensor
logger.info("a line")
logging.getLogger("neurons.made.after").warning("another")
bittensor.logging.error("one of the SDK's")
"""
    done = run(root, code)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["message"]) for line in lines] == [("info", "a line"), ("warning", "another")]
    assert done.stdout == ""


def test_the_state_folder_is_where_the_sdk_logs(tmp_path: Path) -> None:
    flags = ["--subtensor.network", "devnet", "--devnet.path", "d", "--wallet.path", str(tmp_path / "wallets")]
    settings = validator_settings([*flags, "--wallet.name", "v", "--wallet.hotkey", "one"])
    assert state_folder(settings, "validator") == tmp_path / "miners/v/one/netuid17/validator"
    named = validator_settings([*flags, "--neuron.name", "second"])
    assert state_folder(named, "validator").name == "second"
    given = validator_settings([*flags, "--neuron.state_dir", str(tmp_path / "state")])
    assert state_folder(given, "validator") == tmp_path / "state"


def test_a_state_folder_can_be_used_by_one_process_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "state"
    with lock_folder(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(SettingsError, match="another process uses"), lock_folder(folder):
            pass
    with lock_folder(folder):
        pass


def test_an_unusable_state_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot use the state folder"), lock_folder(tmp_path / "file" / "state"):
        pass
