"""The generated lists of requirements, the pins, and what they may contain."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tools import export_requirements


def test_the_lists_of_every_part_are_those_of_pyproject(root: Path) -> None:
    for path, text in export_requirements.files(root).items():
        assert path.read_text() == text, f"{path.name}: run python -m tools.export_requirements"


@pytest.mark.parametrize("part", ["neurons", "prompter"])
def test_the_neurons_and_the_prompter_install_no_torch(root: Path, part: str) -> None:
    text = (root / part / "requirements.txt").read_text()
    assert not re.search(r"^(torch|gsply|numba|gsplat)\b", text, re.MULTILINE)


def test_an_extra_within_an_extra_is_followed() -> None:
    extras = {"a": ["three-gen-subnet[b,c]", "x>=1"], "b": ["y"], "c": ["three-gen-subnet[b]", "z"]}
    assert export_requirements.requirements(extras, ("a",)) == ["x>=1", "y", "z"]


def test_an_unknown_extra_is_an_error() -> None:
    with pytest.raises(KeyError):
        export_requirements.requirements({"a": ["three-gen-subnet[b]"]}, ("a",))


def test_every_direct_requirement_is_pinned(root: Path) -> None:
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    pinned = {line.split("==")[0].lower() for line in (root / "constraints.txt").read_text().splitlines()}
    wanted = {re.split(r"[<>=\[ ]", line)[0].lower() for name in extras for line in extras[name]}
    assert wanted - {"three-gen-subnet"} - {name.replace("_", "-") for name in pinned} == set()


@pytest.mark.parametrize("name", ["constraints.txt", "generation/requirements.txt", "generation/conda_env_mining.yml"])
def test_the_lists_hold_no_address_and_no_local_build(root: Path, name: str) -> None:
    text = (root / name).read_text()
    assert "://" not in text
    assert "+" not in text
