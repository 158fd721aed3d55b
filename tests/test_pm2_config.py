"""The PM2 file: its contents, and that an operator's changes are kept."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from neurons.settings import miner_settings, validator_settings
from serving.settings import ShellSettings
from tools import pm2_config


@pytest.fixture
def apps(tmp_path: Path) -> list[dict[str, object]]:
    (file,) = pm2_config.generation(tmp_path, "/env/bin/python", cuda=False)
    return file.apps


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


def test_the_kill_timeout_lies_above_the_drain(apps: list[dict[str, object]]) -> None:
    drain_s = ShellSettings(port=0).drain_s
    assert apps[0]["kill_timeout"] >= (drain_s + 10) * 1000


def test_without_cuda_the_generator_is_procedural(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/trellis.yaml").touch()
    (file,) = pm2_config.generation(tmp_path, "python", cuda=False)
    assert file.choice == "generator procedural (no CUDA device)"


def test_with_cuda_the_generator_is_the_learned_one(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/trellis.yaml").touch()
    (file,) = pm2_config.generation(tmp_path, "python", cuda=True)
    assert file.apps[0]["args"][1] == str(tmp_path / "configs/trellis.yaml")
    assert file.choice == "generator trellis (a CUDA device)"


def test_with_cuda_but_no_learned_generator_the_reason_is_printed(tmp_path: Path) -> None:
    (file,) = pm2_config.generation(tmp_path, "python", cuda=True)
    assert file.choice == "generator procedural (a CUDA device, but configs/trellis.yaml is missing)"


@pytest.mark.parametrize(("cuda", "scorer"), [(True, "clip-vitb16-openai@1"), (False, "three-gen-small@1")])
def test_the_scorer_is_named_and_exists(root: Path, cuda: bool, scorer: str) -> None:
    (file,) = pm2_config.validation(root / "validation", "/env/bin/python", cuda)
    assert file.name == "validation.config.js"
    args = file.apps[0]["args"]
    assert args[:2] == ["--scorer", scorer]
    assert ("--weights" in args) == cuda
    assert (root / "validation" / "scorers" / scorer / "scorer.json").exists()


def test_the_prompter_has_a_file_for_each_of_its_services(root: Path) -> None:
    collector, generator = pm2_config.prompter(root / "prompter", "/env/bin/python", cuda=False)
    assert (collector.name, generator.name) == ("collector.config.js", "generator.config.js")
    assert collector.apps[0]["script"] == "serve_collector.py"
    assert generator.apps[0]["args"][:2] == ["--config", str(root / "prompter/resources/generator.yaml")]
    assert Path(generator.apps[0]["args"][1]).exists()


def test_each_neuron_has_a_file_with_flags_that_it_knows(root: Path) -> None:
    miner, validator = pm2_config.neurons(root / "neurons", "/env/bin/python", cuda=False)
    assert (miner.name, validator.name) == ("miner.config.js", "validator.config.js")
    assert miner_settings([str(word) for word in miner.apps[0]["args"]]).axon.port == 8091
    assert validator_settings([str(word) for word in validator.apps[0]["args"]]).axon.port == 8092
    for file in (miner, validator):
        assert (root / "neurons" / str(file.apps[0]["script"])).exists()


def test_pm2_never_gives_up_and_restarts_ever_more_slowly(apps: list[dict[str, object]]) -> None:
    (app,) = apps
    assert app["exp_backoff_restart_delay"] == 1000
    assert app["max_restarts"] == pm2_config.NEVER
