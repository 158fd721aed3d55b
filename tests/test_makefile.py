"""The Makefile passes the prompt on unchanged, and runs the set-up first."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PYTHON = '#!/bin/sh\nprintf "%s" "$PROMPT" >prompt\necho "$*" >>calls\n'


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "Makefile", tmp_path)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name, text in (("setup_env.sh", "#!/bin/sh\necho setup >>calls\n"), (".venv/bin/python", PYTHON)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def make(folder: Path, *args: str, **env: str) -> str:
    """Return what `make` prints, without the environment of a `make` that runs these tests."""
    env = {"PATH": os.environ["PATH"], **env}
    return subprocess.run(["make", *args], cwd=folder, env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "prompt",
    [
        "knight's helmet",
        'a "quoted" mug',
        "$HOME `touch x` $(shell touch y) ; touch z & | > w",
        "100% #1 pot \\ pan",
        "красный дом",
    ],
)
@pytest.mark.parametrize("by_environment", [False, True])
def test_the_prompt_arrives_word_for_word(project: Path, prompt: str, by_environment: bool) -> None:
    before = set(project.iterdir())
    if by_environment:
        make(project, "demo", PROMPT=prompt)
    else:
        make(project, "demo", f"PROMPT={prompt}")
    assert (project / "prompt").read_text() == prompt
    assert set(project.iterdir()) - before == {project / "prompt", project / "calls"}


def test_without_a_prompt_a_pink_bicycle_is_made(project: Path) -> None:
    make(project, "demo")
    assert (project / "prompt").read_text() == "pink bicycle"


@pytest.mark.parametrize("target", ["demo", "test", "test-all", "lint"])
def test_every_target_sets_up_first(project: Path, target: str) -> None:
    make(project, target)
    assert (project / "calls").read_text().splitlines()[0] == "setup"


def test_test_all_runs_both_tiers(project: Path) -> None:
    make(project, "test-all")
    assert "-m pytest -m slow or not slow" in (project / "calls").read_text()


def test_make_alone_lists_the_targets(project: Path) -> None:
    printed = make(project)
    names = [line.split()[1] for line in printed.splitlines()]
    assert names == ["help", "setup", "demo", "test", "test-all", "lint", "bench", "bench-gpu"]


def test_bench_runs_benchmark_modules_that_exist(project: Path, root: Path) -> None:
    make(project, "bench", "bench-gpu")
    modules = re.findall(r"^-m benchmarks\.(\w+)", (project / "calls").read_text(), re.MULTILINE)
    assert {"render", "many_miners", "learned"} <= set(modules)
    assert all((root / "benchmarks" / f"{name}.py").exists() for name in modules)
