"""The PM2 file: what it says, and that an operator's changes are safe."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools import pm2_config


@pytest.fixture
def apps(tmp_path: Path) -> list[dict[str, object]]:
    return pm2_config.generation_apps(tmp_path, "/env/bin/python", tmp_path / "configs/procedural.yaml")


def test_the_file_names_absolute_paths_and_an_explicit_config(tmp_path: Path, apps: list[dict[str, object]]) -> None:
    path = tmp_path / "generation.config.js"
    assert pm2_config.write(path, apps) == "wrote"
    body = re.sub(r"^//.*\n", "", path.read_text())
    (app,) = json.loads(body.removeprefix("module.exports = ").removesuffix(";\n"))["apps"]
    assert app["interpreter"] == "/env/bin/python"
    assert app["cwd"] == str(tmp_path)
    assert app["args"][:2] == ["--config", str(tmp_path / "configs/procedural.yaml")]


def test_an_untouched_file_follows_the_machine(tmp_path: Path, apps: list[dict[str, object]]) -> None:
    path = tmp_path / "generation.config.js"
    pm2_config.write(path, apps)
    assert pm2_config.write(path, apps) == "unchanged"
    assert pm2_config.write(path, [{**apps[0], "interpreter": "/new/bin/python"}]) == "wrote"
    assert "/new/bin/python" in path.read_text()


@pytest.mark.parametrize("change", ["// mine\n{}", "{}// note\n", "module.exports = {{}};\n"])
def test_a_changed_file_is_kept(tmp_path: Path, apps: list[dict[str, object]], change: str) -> None:
    path = tmp_path / "generation.config.js"
    pm2_config.write(path, apps)
    path.write_text(change.format(path.read_text()) if "{}" in change else change)
    changed = path.read_text()
    assert pm2_config.write(path, [{**apps[0], "name": "other"}]) == "kept"
    assert path.read_text() == changed


def test_without_cuda_the_generator_is_procedural(tmp_path: Path) -> None:
    assert pm2_config.generation_config(tmp_path, cuda=False)[0].name == "procedural.yaml"


def test_with_cuda_the_generator_is_the_learned_one(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/text_mv.yaml").touch()
    config, reason = pm2_config.generation_config(tmp_path, cuda=True)
    assert (config.name, reason) == ("text_mv.yaml", "a CUDA device")


def test_with_cuda_but_no_learned_generator_the_reason_is_told(tmp_path: Path) -> None:
    config, reason = pm2_config.generation_config(tmp_path, cuda=True)
    assert config.name == "procedural.yaml"
    assert "no learned generator" in reason
