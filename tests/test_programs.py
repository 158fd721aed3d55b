"""Every program's flags: numbers have ranges, `~` is expanded, and `--help` can be shown on an ASCII terminal."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from generation.settings import GenerationFlags
from mocks.mock_client import ClientSettings
from mocks.mock_generator import MockFlags
from mocks.mock_validator import MockValidatorSettings
from neurons.settings import MinerSettings, ValidatorSettings
from prompter.collector.settings import CollectorSettings
from prompter.serve_generator import GeneratorFlags
from serving.settings import Option, SettingsError, options_of, read_flags
from validation.settings import ValidationSettings

MODELS: tuple[type[BaseModel], ...] = (
    ValidatorSettings,
    MinerSettings,
    CollectorSettings,
    GeneratorFlags,
    GenerationFlags,
    ValidationSettings,
    ClientSettings,
    MockValidatorSettings,
    MockFlags,
)
FOLDERS = ("benchmarks", "generation", "mocks", "neurons", "procedural", "prompter", "splats", "tools", "validation")
OWN_PARSER = ("benchmarks/paired.py",)
"""Runs with the packages of older checkouts, which may lack `serving.arguments`."""
NO_ARGUMENTS = ("mocks/tiny_weights.py", "tools/node_tools.py", "validation/assets/worker.py")
"""Read `sys.argv` themselves; the worker is started by the validation service only."""


def flags_of(model: type[BaseModel], *kinds: type) -> Iterator[Option]:
    for option in options_of(model):
        if option.flags and {option.field.annotation, *get_args(option.field.annotation)} & {*kinds}:
            yield option


NUMBERS = [(model, option) for model in MODELS for option in flags_of(model, int, float)]
PATHS = [(model, option) for model in MODELS for option in flags_of(model, Path)]


def name_of(case: tuple[type[BaseModel], Option]) -> str:
    return f"{case[0].__name__}{case[1].flags[0]}"


@pytest.mark.parametrize("case", NUMBERS, ids=name_of)
def test_a_number_beyond_its_range_is_refused_with_the_range(case: tuple[type[BaseModel], Option]) -> None:
    model, option = case
    flag, allowed = option.flags[0], option.range
    assert allowed is not None, f"{flag} has no range"
    low = allowed.low if allowed.above else allowed.low - 1
    for text in (f"{low:.12g}", f"{allowed.high * 2:.12g}", "nan", "inf", "-inf", "1e400", "many", ""):
        with pytest.raises(SettingsError) as refused:
            read_flags(model, "program", [f"{flag}={text}"])
        assert str(refused.value) == f"{flag}: must be {allowed}"


@pytest.mark.parametrize("case", PATHS, ids=name_of)
def test_a_path_below_home_is_expanded(
    case: tuple[type[BaseModel], Option], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model, option = case
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "some file").touch()
    found: object = read_flags(model, "program", [option.flags[0], "~/some file"])
    for name in option.path:
        found = getattr(found, name)
    assert found == tmp_path / "some file"


@pytest.mark.parametrize(
    ("model", "flag", "field"),
    [(ValidationSettings, "--scorer", "scorer"), (ValidatorSettings, "--storage.url", "url")],
)
def test_a_folder_in_place_of_a_name_is_expanded(
    model: type[BaseModel], flag: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for given, expected in (("~/there", "/home/me/there"), ("s3://bucket//x~", "s3://bucket//x~")):
        found = read_flags(model, "program", [flag, given])
        assert getattr(getattr(found, "storage", found), field) == expected


def programs(root: Path) -> list[Path]:
    files = [file for folder in FOLDERS for file in sorted((root / folder).rglob("*.py"))]
    return [file for file in files if '__name__ == "__main__"' in file.read_text(encoding="utf-8")]


def test_programs_read_their_arguments_in_one_way(root: Path) -> None:
    for file in programs(root):
        if file.relative_to(root).as_posix() in OWN_PARSER:
            continue
        text = file.read_text(encoding="utf-8")
        assert "ArgumentParser(" not in text, file
        assert not re.search(r"type=(int|float|str)\b", text), f"{file}: give a number a range"


def test_requests_do_not_read_the_environment_by_themselves(root: Path) -> None:
    found = set()
    for folder in (*FOLDERS, "serving"):
        for file in (root / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = ast.unparse(call.func)
                options = {keyword.arg for keyword in call.keywords}
                opens = re.fullmatch(r"httpx\.(get|post|stream|request|(Async)?(Client|HTTPTransport))", name)
                if (opens and "trust_env" not in options) or name.endswith(("request.urlopen", "requests.get")):
                    found.add(f"{file.relative_to(root)}:{call.lineno}")
    assert not found


def shown_help(root: Path, file: Path) -> str:
    """Returns what is wrong with a program's `--help` on an ASCII terminal, "" if nothing is."""
    module = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__main__")
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", module, "--help"]
    done = subprocess.run(command, env=env, capture_output=True, cwd=root, check=False)
    text = done.stdout.decode("ascii")
    return "" if done.returncode == 0 and text.startswith("usage: ") else f"{module}: {done.stderr.decode()}{text}"


@pytest.mark.parametrize("name", ["neurons/serve_validator.py", "prompter/collector/keys.py"])
def test_help_is_shown_on_an_ascii_terminal(root: Path, name: str) -> None:
    assert not shown_help(root, root / name)


@pytest.mark.slow
def test_the_help_of_every_program_is_shown_on_an_ascii_terminal(root: Path) -> None:
    files = [
        file
        for file in programs(root)
        if file.relative_to(root).as_posix() not in NO_ARGUMENTS and "FlagParser" in file.read_text(encoding="utf-8")
    ]
    files += [root / name for name in ("neurons/serve_miner.py", "validation/serve.py", "generation/serve.py")]
    with ThreadPoolExecutor(2) as pool:
        assert [wrong for wrong in pool.map(lambda file: shown_help(root, file), files) if wrong] == []
