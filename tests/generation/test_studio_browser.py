"""The studio page in a real browser: a prompt goes in, a video and files come out, text stays text."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mocks.processes import running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DRIVER = Path(__file__).with_name("drive_studio.cjs")
PROMPT = "<b>pink</b> bicycle"


@pytest.fixture(scope="module")
def shown(
    chromium: str, node_tool: Callable[[str], Path], root: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the page showed, by the driver's names."""
    playwright = node_tool("playwright-core").parent.parent / "playwright-core"
    config = ["--config", str(root / "generation/configs/procedural.yaml")]
    log = tmp_path_factory.mktemp("studio") / "generation.log"
    with running("generation", "generation/serve.py", config, log) as service:
        command = ["node", str(DRIVER), str(playwright), chromium, service.url, PROMPT, "7"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_page_shows_the_video_and_what_was_asked_for(shown: dict[str, Any]) -> None:
    assert shown["width"] == 1088
    assert (shown["said"], shown["elementsInSaid"], shown["seed"]) == (PROMPT, 0, "7")
    assert shown["understood"].startswith("bicycle: pink")


def test_a_file_is_saved_under_the_prompts_name(shown: dict[str, Any]) -> None:
    assert shown["file"] == "b-pink-b-bicycle.spz"


def test_a_refusal_is_told_in_words(shown: dict[str, Any]) -> None:
    assert "seed" in shown["problem"]


def test_the_page_asks_nobody_else_and_breaks_no_rule_of_its_policy(shown: dict[str, Any]) -> None:
    assert shown["foreign"] == []
    assert [line for line in shown["complaints"] if "422" not in line] == []  # the browser logs the refusal above
