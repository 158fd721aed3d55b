"""The studio page in a real browser: a prompt goes in, a video and files come out, text stays text.

And what there is to see while a job runs, from a generator handed in that shows something and never ends.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation.app import create_app
from generation.backends import load_procedural
from generation.backends.contract import Generated, Progress, Report
from generation.pipeline import build_pipeline
from generation.settings import read_settings
from mocks.processes import running
from splats.video import image_png

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DRIVER = Path(__file__).with_name("drive_studio.cjs")
PROMPT = "<b>pink</b> bicycle"


def never_done(prompt: str, seed: int, report: Report) -> Generated:
    """Report splats and an image of them in turn, until cancelled."""
    splats = load_procedural("cpu")("pink bicycle", seed, lambda _: None).splats
    for look in itertools.cycle([splats, image_png(splats, size_px=512)]):
        report(Progress(0.5, "optimising", look))
        time.sleep(0.05)
    raise AssertionError("unreachable")


@pytest.fixture(scope="module")
def unfinished(live: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The address, below a prefix, of a service whose jobs never end."""
    settings = read_settings(["--port", "0", "--root_path", "/splats"])
    pipeline = replace(build_pipeline(settings.config.backend, {}), load=lambda _device: never_done)
    with live(create_app(settings, pipeline)) as url:
        yield f"{url}/splats"


@pytest.fixture(scope="module")
def shown(
    chromium: str,
    node_tool: Callable[[str], Path],
    root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    unfinished: str,
) -> dict[str, Any]:
    """Return what the page showed, under the names that the driver gives it."""
    playwright = node_tool("playwright-core").parent.parent / "playwright-core"
    config = ["--config", str(root / "generation/configs/procedural.yaml")]
    log = tmp_path_factory.mktemp("studio") / "generation.log"
    with running("generation", "generation/serve.py", config, log) as service:
        command = ["node", str(DRIVER), str(playwright), chromium, service.url, PROMPT, "7", unfinished]
        done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_page_shows_the_video_and_what_was_asked_for(shown: dict[str, Any]) -> None:
    assert shown["width"] == 1088
    assert (shown["said"], shown["elementsInSaid"], shown["seed"]) == (PROMPT, 0, "7")
    assert shown["understood"].startswith("bicycle: pink")


def test_a_file_is_saved_under_the_prompts_name(shown: dict[str, Any]) -> None:
    assert shown["file"] == "b-pink-b-bicycle.spz"


def test_a_refusal_is_shown_as_text(shown: dict[str, Any]) -> None:
    assert "seed" in shown["problem"]


def test_the_preview_of_a_running_job_disappears_when_it_ends(shown: dict[str, Any]) -> None:
    seen = shown["unfinished"]
    assert seen["alt"] == f"Unfinished: {PROMPT}"
    first, later = seen["boxes"]
    assert first[:2] == [256, 256]
    assert later == first  # nothing jumps from one look to the next
    assert seen["after"] == [True, False]
    assert seen["faults"] == []


def test_the_page_contacts_no_other_site_and_violates_no_policy(shown: dict[str, Any]) -> None:
    assert shown["foreign"] == []
    assert [line for line in shown["complaints"] if "422" not in line] == []  # the browser logs the refusal above
