"""Homes that cannot be written or do not exist: neurons work without one, or name the flag to give."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

NOBODY = """
import pwd

def unknown(*_):
    raise KeyError("uid not found")

pwd.getpwuid = unknown
"""
"""Makes the user id unknown to the system, as in a container that runs as any user."""

LOAD_SDK = """
from neurons.chain.opening import load_sdk
load_sdk()
import bittensor.core.settings
print("loaded")
"""


def run(root: Path, code: str, home: str | None) -> subprocess.CompletedProcess[str]:
    env = {name: text for name, text in os.environ.items() if name not in ("HOME", "READ_ONLY")}
    env["PYTHONPATH"] = str(root)
    if home is not None:
        env["HOME"] = home
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False, cwd=root)


def test_the_sdk_leaves_the_home_folder_alone(root: Path, tmp_path: Path) -> None:
    assert run(root, LOAD_SDK, str(tmp_path)).stdout == "loaded\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("home", ["/dev/null/home", None])
def test_the_sdk_loads_without_a_home_folder(root: Path, home: str | None) -> None:
    done = run(root, NOBODY + LOAD_SDK, home)
    assert done.stdout == "loaded\n", done.stderr


@pytest.mark.parametrize(
    ("program", "flag"),
    [
        ("neurons.serve_miner", "--wallet.path"),
        ("prompter.serve_collector", "--db"),
        ("prompter.collector.keys", "argument --db"),
        ("prompter.serve_generator", "spool"),
    ],
)
def test_without_a_home_the_flag_that_needs_one_is_named(root: Path, program: str, flag: str) -> None:
    arguments = '["list"]' if program.endswith("keys") else "[]"
    done = run(root, f"{NOBODY}\nimport sys\nfrom {program} import main\nsys.exit(main({arguments}))", None)
    assert done.returncode == 2
    assert f"{flag}: the home folder of ~ is unknown: set HOME, or give a path without ~" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("program", "advice"),
    [("prompter.serve_collector", "--db names another file"), ("neurons.serve_miner", "there is no hotkey at ")],
)
def test_a_home_that_cannot_be_used_is_reported(root: Path, program: str, advice: str) -> None:
    code = f"import sys\nfrom {program} import main\nsys.exit(main([]))"
    done = run(root, code, "/dev/null/home")
    assert done.returncode == 2
    assert advice in done.stderr
    assert "Traceback" not in done.stderr
