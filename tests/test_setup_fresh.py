"""Real set-ups in fresh clones: nothing of this environment is used but the package cache."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def run(command: list[str], folder: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def demo(clone: Callable[[str], Path], clean_env: dict[str, str]) -> tuple[Path, str]:
    """A fresh clone after `make demo`, and what that printed."""
    folder = clone("demo")
    return folder, run(["make", "demo"], folder, clean_env)


def test_one_command_without_a_gpu_sets_up_starts_the_service_and_makes_a_video(
    demo: tuple[Path, str],
) -> None:
    folder, printed = demo
    assert "generation is ready" in printed
    names = sorted(path.name for path in (folder / "out").iterdir() if path.is_file())
    assert names == ["network.json", "pink-bicycle.mp4", "pink-bicycle.ply", "pink-bicycle.png", "pink-bicycle.spz"]
    assert all((folder / "out" / name).stat().st_size for name in names)
    assert "renderer: cpu" in printed


def test_the_second_time_nothing_is_installed(demo: tuple[Path, str], clean_env: dict[str, str]) -> None:
    folder, _ = demo
    env = {**clean_env, "PROMPT": "golden crown with red gems"}
    assert "setup:" not in run(["make", "demo"], folder, env)
    assert (folder / "out/golden-crown-with-red-gems.mp4").stat().st_size


def test_a_fresh_clone_leaves_nothing_that_git_would_add(demo: tuple[Path, str], clean_env: dict[str, str]) -> None:
    assert run(["git", "status", "--porcelain"], demo[0], clean_env) == ""


def test_setting_up_a_part_twice_changes_nothing(miner_clone: Path, clean_env: dict[str, str]) -> None:
    config = miner_clone / "generation/generation.config.js"
    before = config.read_text()
    printed = run(["./setup_env.sh"], miner_clone / "generation", clean_env)
    assert "unchanged generation/generation.config.js" in printed
    assert "installing" not in printed
    assert config.read_text() == before


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_newer_pythons_serve_as_well(clone: Callable[[str], Path], clean_env: dict[str, str], version: str) -> None:
    found = interpreter(version)
    if found is None:
        pytest.skip(f"no Python {version} on this machine")
    folder = clone(f"python{version}")
    (folder / "bin").mkdir()
    (folder / "bin" / f"python{version}").symlink_to(found)
    env = {**clean_env, "PATH": f"{folder / 'bin'}:{clean_env['PATH']}"}
    assert f"with Python {version}" in run(["make", "demo"], folder, env)
    run([".venv/bin/python", "-m", "pytest", "tests/splats", "tests/serving"], folder, env)


def interpreter(version: str) -> str | None:
    """A Python of that version: on the PATH, if it runs, or one of pyenv's."""
    places = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}")]
    for place in filter(None, places):
        if subprocess.run([place, "-c", "import ssl"], capture_output=True, check=False).returncode == 0:
            return str(place)
    return None
