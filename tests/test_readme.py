"""The README's commands, run unchanged: clients against services in this process, set-ups in fresh clones."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image

from generation.app import create_app
from generation.pipeline import build_pipeline
from generation.settings import read_settings
from serving.settings import ShellSettings
from splats.codecs import decode
from validation.app import create_app as create_validation
from validation.loading import load_engine
from validation.settings import ValidationSettings

README = Path(__file__).resolve().parent.parent / "README.md"

DEMO = "make demo"
DEMO_OF_A_PROMPT = 'make demo PROMPT="golden crown with red gems"'
TESTS = "make test"
SET_UP = "cd generation"
PM2 = "pm2 start generation.config.js"
WITHOUT_PM2 = ".venvs/three-gen-mining/bin/python generation/serve.py --config generation/configs/procedural.yaml"
VIDEO = 'curl -d "prompt=pink bicycle" -X POST http://127.0.0.1:8093/generate_video/ > video.mp4'
SET_UP_NEURONS = "cd neurons"
ROUND_BY_HAND = "cd mocks"
PM2_MINER = "pm2 start miner.config.js"
PM2_VALIDATOR = "pm2 start validator.config.js"
SET_UP_SCORING = "cd validation"
PM2_SCORING = "pm2 start validation.config.js"
SCORE = 'curl -s -d "prompt=pink bicycle" http://127.0.0.1:8093/generate/ > bicycle.b64'
SCORING_WITHOUT_PM2 = ".venvs/three-gen-validation/bin/python validation/serve.py --scorer three-gen-small"
SET_UP_PROMPTS = "cd prompter"
PM2_COLLECTOR = "pm2 start collector.config.js"
KEY_OF_A_GENERATOR = ".venvs/three-gen-prompter/bin/python -m prompter.collector.keys create generator"
KEY_OF_A_GENERATOR += " --key_file ~/.three-gen/generator.key"
PM2_GENERATOR = "pm2 start generator.config.js"
COLLECTOR_WITHOUT_PM2 = ".venvs/three-gen-prompter/bin/python prompter/serve_collector.py --port 9100"
SPLATS = 'curl -d "prompt=pink bicycle" -d "seed=7" http://127.0.0.1:8093/generate_raw/ > bicycle.spz'
JOB = """JOB=$(curl -s -H "Content-Type: application/json" -d '{"prompt": "golden crown"}' """
JOB += r"""http://127.0.0.1:8093/jobs/ | sed 's/.*"id":"\([^"]*\)".*/\1/')"""

# The first lines of all command blocks. Those that are not run here are run by other tests: DEMO and
# DEMO_OF_A_PROMPT in test_setup_fresh.py; SET_UP, SET_UP_SCORING and SET_UP_PROMPTS by the fixtures miner_clone,
# validator_clone and prompter_clone; PM2 and VIDEO in test_pm2.py; PM2_SCORING in test_pm2_validation.py;
# SET_UP_NEURONS, PM2_MINER and PM2_VALIDATOR in test_pm2_network.py; ROUND_BY_HAND in mocks/test_mocks.py with a
# devnet's flags; PM2_COLLECTOR, KEY_OF_A_GENERATOR and PM2_GENERATOR in test_pm2_prompter.py.
COMMANDS = [
    *(DEMO, DEMO_OF_A_PROMPT, TESTS, SET_UP, PM2, VIDEO, WITHOUT_PM2, SET_UP_NEURONS, ROUND_BY_HAND, PM2_MINER),
    *(SET_UP_SCORING, PM2_SCORING, SCORE, SCORING_WITHOUT_PM2, PM2_VALIDATOR),
    *(SET_UP_PROMPTS, PM2_COLLECTOR, KEY_OF_A_GENERATOR, PM2_GENERATOR, COLLECTOR_WITHOUT_PM2, SPLATS, JOB),
]


def blocks() -> dict[str, str]:
    """Return the README's command blocks by first line."""
    found = re.findall(r"^```sh\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    return {text.splitlines()[0]: text for text in found}


@pytest.fixture(scope="module")
def service(live: Callable[[FastAPI], AbstractContextManager[str]]):
    settings = read_settings(["--port", "0"])
    with live(create_app(settings, build_pipeline(settings.config.backend, settings.config.options))) as url:
        wait_until_ready(url)
        yield url


def wait_until_ready(url: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/ready/"):
                return
        except urllib.error.HTTPError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not become ready")


@pytest.fixture(scope="module")
def scoring(live: Callable[[FastAPI], AbstractContextManager[str]]) -> Iterator[str]:
    settings = ValidationSettings(shell=ShellSettings(port=0), scorer="three-gen-small", threads=1)
    with live(create_validation(settings, "test", lambda: load_engine(settings))) as url:
        wait_until_ready(url)
        yield url


def client(first_line: str, service: str, folder: Path, scoring: str = "") -> str:
    script = blocks()[first_line].replace("http://127.0.0.1:8093", service).replace("http://127.0.0.1:8094", scoring)
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_every_command_block_is_run_by_a_test() -> None:
    assert list(blocks()) == COMMANDS


def test_the_set_up_block_matches_what_the_slow_tests_run() -> None:
    assert blocks()[SET_UP] == "cd generation\n./setup_env.sh\n"


def test_every_link_points_to_a_file(root: Path) -> None:
    for page in [README, *sorted((root / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_splat_commands_return_one_object_in_two_formats(service: str, tmp_path: Path) -> None:
    client(SPLATS, service, tmp_path)
    counts = [len(decode((tmp_path / name).read_bytes())) for name in ("bicycle.spz", "bicycle.ply")]
    assert counts[0] == counts[1] > 0


def test_the_job_commands_return_a_splat_and_an_image(service: str, tmp_path: Path) -> None:
    client(JOB, service, tmp_path)
    assert len(decode((tmp_path / "crown.spz").read_bytes())) > 0
    with Image.open(tmp_path / "crown.png") as image:
        image.load()


def test_the_scoring_commands_score_a_right_and_a_wrong_prompt_and_refuse_an_empty_file(
    service: str, scoring: str, tmp_path: Path
) -> None:
    right, wrong, empty = raw_json(client(SCORE, service, tmp_path, scoring))
    assert right["score"] > 0.8
    assert wrong["score"] < 0.3
    assert empty["code"] == "unknown_format"


def raw_json(text: str) -> list[dict[str, Any]]:
    """Return JSON objects that follow each other without a separator."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_make_test_in_a_clone(clone: Callable[[str], Path], clean_env: dict[str, str]) -> None:
    folder = clone("tests")
    env = {**clean_env, "PYTEST_ADDOPTS": "tests/splats tests/serving"}  # the rest includes this test
    done = subprocess.run(
        ["bash", "-c", blocks()[TESTS]], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("own_folder", [False, True])
def test_the_service_runs_without_pm2_from_the_root_and_from_its_folder(
    miner_clone: Path, clean_env: dict[str, str], own_folder: bool
) -> None:
    command = WITHOUT_PM2.split()
    if own_folder:
        command = [f"../{command[0]}", "serve.py", "--config", "configs/procedural.yaml"]
    folder = miner_clone / "generation" if own_folder else miner_clone
    with subprocess.Popen([*command, "--port", "0"], cwd=folder, env=clean_env, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            assert any(b" loaded on " in line for line in process.stderr)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_scoring_service_runs_without_pm2(validator_clone: Path, clean_env: dict[str, str]) -> None:
    command = [*SCORING_WITHOUT_PM2.split(), "--port", "0"]
    with subprocess.Popen(command, cwd=validator_clone, env=clean_env, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            assert any(b"ready: " in line for line in process.stderr)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_collector_runs_without_pm2(prompter_clone: Path, clean_env: dict[str, str], tmp_path: Path) -> None:
    command = [*COLLECTOR_WITHOUT_PM2.split(), "--port", "0"]
    env = {**clean_env, "HOME": str(tmp_path)}
    with subprocess.Popen(command, cwd=prompter_clone, env=env, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            said = next(line for line in process.stderr if b"prompt collector" in line).decode()
            wait_until_ready(said.split()[-1])
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
