"""The YAML file and the command line of the generation service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generation.serve import main
from generation.settings import DEFAULT_CONFIG, GenerationConfig, read_settings
from serving.settings import SettingsError, read_yaml


def test_the_default_is_the_shipped_procedural_configuration() -> None:
    settings = read_settings([])
    assert settings.config.backend == "procedural"
    assert (settings.shell.host, settings.shell.port) == ("127.0.0.1", 8093)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(DEFAULT_CONFIG.parent.glob("*.yaml")) if path.name != "weights.yaml"],
    ids=lambda path: path.name,
)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    read_yaml(path, GenerationConfig)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("queue_limit: 3", "backend"),
        ("backend: procedural\nqueue_limt: 3", "queue_limt"),
        ("backend: procedural\nqueue_limit: 0", "queue_limit"),
        ("backend: procedural\nqueue_limit: '3'", "queue_limit"),
        ("backend: procedural\njob_timeout_s: -1", "job_timeout_s"),
        ("backend: procedural\nresults_kept_mib: 1", "results_kept_mib"),
    ],
)
def test_an_invalid_configuration_is_reported_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_settings(["--config", str(path)])


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--host", "0.0.0.0"], "--api_key_file"),
        (["--config", "/nowhere.yaml"], "cannot read /nowhere.yaml"),
        (["--config", "UNKNOWN"], "no generator is called 'dreams'; choose one of:"),
        (["--host", "203.0.113.7", "--insecure"], "cannot listen on 203.0.113.7:8093"),
        (["--colour", "red"], "unrecognized arguments"),
    ],
)
def test_main_exits_with_one_line_and_status_2(
    flags: list[str], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.yaml").write_text("backend: dreams")
    with pytest.raises(SystemExit) as caught:
        main([str(tmp_path / "c.yaml") if flag == "UNKNOWN" else flag for flag in flags])
    assert caught.value.code == 2
    last = capfd.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("serve.py: ")
    assert said in last


@pytest.mark.parametrize("how", ["root", "folder", "module"])
def test_the_script_runs_from_the_root_from_its_folder_and_as_a_module(root: Path, how: str) -> None:
    command = {"root": ["generation/serve.py"], "folder": ["serve.py"], "module": ["-m", "generation.serve"]}[how]
    done = subprocess.run(
        [sys.executable, *command, "--help"],
        cwd=root / "generation" if how == "folder" else root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--api_key_file" in done.stdout
