"""The real PM2 runs collector and generators as the README says: keys, kills, two generators side by side."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mocks.pm2 import Pm2, await_ready
from tests.eventually import eventually
from tests.test_readme import KEY_OF_A_GENERATOR, PM2_COLLECTOR, PM2_GENERATOR, blocks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
COLLECTOR, GENERATOR = 9100, 9101


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a home folder, in which both services keep their files by default."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def pm2(home: Path, prompter_clone: Path, start_pm2: Callable[[Path, int], Pm2]) -> Pm2:
    """Both services, started by the README's lines, with the generator's key created in between."""
    folder = prompter_clone / "prompter"
    assert [blocks()[line] for line in (PM2_COLLECTOR, PM2_GENERATOR)] == [f"{PM2_COLLECTOR}\n", f"{PM2_GENERATOR}\n"]
    start_pm2(folder / PM2_COLLECTOR.split()[-1], COLLECTOR)
    await_ready(COLLECTOR)
    subprocess.run(["bash", "-euc", blocks()[KEY_OF_A_GENERATOR]], cwd=prompter_clone, check=True)
    return start_pm2(folder / PM2_GENERATOR.split()[-1], GENERATOR)


def metric(port: int, name: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", answer.read().decode(), re.MULTILINE)
    return sum(map(float, lines))


def pid(pm2: Pm2, name: str) -> int:
    listed = pm2("jlist")
    (found,) = (entry["pid"] for entry in json.loads(listed[listed.index("[") :]) if entry["name"] == name)
    return int(found)


def test_prompts_flow_from_the_generator_to_the_collector(pm2: Pm2, home: Path) -> None:
    eventually(lambda: metric(COLLECTOR, "prompts_stored") >= 500)
    assert (home / ".three-gen/generator.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("name", "port"), [("collector", COLLECTOR), ("generator", GENERATOR)])
def test_what_is_killed_restarts_and_continues(pm2: Pm2, name: str, port: int) -> None:
    stored = metric(COLLECTOR, "prompts_stored")
    os.kill(pid(pm2, name), signal.SIGKILL)
    eventually(lambda: pm2.services()[name] == ("online", 1))
    await_ready(port)
    await_ready(COLLECTOR)
    eventually(lambda: metric(COLLECTOR, "prompts_stored") > stored)


def test_a_second_generator_runs_next_to_the_first(pm2: Pm2, prompter_clone: Path, home: Path) -> None:
    folder = prompter_clone / "prompter"
    config = (folder / "generator.config.js").read_text()
    second = config.replace('"generator"', '"generator-2"').replace('"9101"', '"9102"')
    (folder / "second.config.js").write_text(second)
    pm2("start", "second.config.js", folder=folder)
    await_ready(9102)
    eventually(lambda: metric(9102, "prompts_delivered_total") > 0)
    assert {state for state, _ in pm2.services().values()} == {"online"}
    assert (home / ".three-gen/spool.db.1").exists()
