"""The import rules of docs/architecture.md: which package may import which, and imports have no side effects."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.export_requirements import PARTS, requirements

SHIPPED = ("splats", "serving", "procedural", "generation", "validation", "neurons", "prompter")
OURS = {*SHIPPED, "mocks", "tools", "benchmarks", "tests"}

# What each package may import of this repository apart from itself: packages or modules, and all below them.
ALLOWED = {
    "splats": (),
    "serving": (),
    "procedural": ("splats",),
    "generation": ("splats", "serving", "procedural"),
    "validation": ("splats", "serving"),
    "neurons": ("serving", "generation.schemas", "validation.schemas"),
    "prompter": ("serving", "neurons.chain", "neurons.messages"),
}
BITTENSOR_PLACE = "neurons.chain"
SDK_CLIENT = "neurons.chain.node"
"""The one module that loads the SDK when it is imported, which only a real chain needs."""

HEAVY = ["gsplat", "diffusers", "transformers", "open_clip", "bittensor"]


def dependencies(module: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of `known` that a module imports anywhere, inside functions included."""
    found = set()
    for imported in imports(module, path):
        parts = imported.split(".")
        prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        found.add(next((name for name in prefixes if name in known), ""))
    return found - {"", module}


def modules(root: Path, package: str) -> dict[str, Path]:
    """Dotted name → file of every module of a package."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(module: str, path: Path) -> Iterator[str]:
    """Dotted names that a module imports anywhere in it; `from a import b` counts as a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


@pytest.mark.parametrize("package", SHIPPED)
def test_a_package_imports_only_what_it_may(root: Path, package: str) -> None:
    for module, path in modules(root, package).items():
        places = (package, *ALLOWED[package])
        ours = {name for name in imports(module, path) if name.partition(".")[0] in OURS}
        assert {name for name in ours if not within(name, places)} == set(), module


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("neurons/miner", ("neurons.validator",)),
        ("neurons/validator", ("neurons.miner",)),
        ("neurons/services", ("neurons.miner", "neurons.validator")),
        ("neurons/wire", ("neurons.miner", "neurons.validator", "neurons.services", "neurons.settings")),
        (
            "neurons/chain",
            ("neurons.miner", "neurons.validator", "neurons.services", "neurons.settings", "neurons.wire"),
        ),
    ],
)
def test_the_folders_of_the_neurons_import_in_one_direction(
    root: Path, folder: str, forbidden: tuple[str, ...]
) -> None:
    for module, path in modules(root, folder).items():
        assert {name for name in imports(module, path) if within(name, forbidden)} == set(), module


@pytest.mark.parametrize("package", [*SHIPPED, "mocks"])
def test_bittensor_is_imported_by_the_chain_alone(root: Path, package: str) -> None:
    for module, path in modules(root, package).items():
        if any(within(name, ("bittensor", "bittensor_wallet")) for name in imports(module, path)):
            assert within(module, (BITTENSOR_PLACE,)), module


@pytest.mark.parametrize("package", SHIPPED)
def test_gsplat_is_imported_in_its_renderer_alone(root: Path, package: str) -> None:
    for module, path in modules(root, package).items():
        if any(within(name, ("gsplat",)) for name in imports(module, path)):
            assert module == "splats.renderers.gsplat"


@pytest.mark.parametrize("package", SHIPPED)
def test_schemas_import_only_pydantic_and_the_standard_library(root: Path, package: str) -> None:
    for module, path in modules(root, package).items():
        if module.endswith(".schemas"):
            foreign = {name for name in imports(module, path) if name.partition(".")[0] not in sys.stdlib_module_names}
            assert {
                name
                for name in foreign
                if not within(name, ("pydantic", "pydantic_core", "serving.schemas", "serving.prompts"))
            } == set(), module


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.folder)
def test_a_part_declares_what_it_imports(root: Path, part) -> None:
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    declared = installed_by(requirements(extras, part.extras))
    owners = metadata.packages_distributions()
    packages = [part.folder, *(name for name in ALLOWED[part.folder] if name in SHIPPED)]
    for module, path in (item for package in packages for item in modules(root, package).items()):
        tops = {name.partition(".")[0] for name in imports(module, path)} - OURS - sys.stdlib_module_names
        missing = {top for top in tops if not {canonical(owner) for owner in owners.get(top, [top])} & declared}
        assert missing == set(), module


def installed_by(lines: list[str]) -> set[str]:
    """Names of the distributions that a list of requirements brings, as far as they are installed here."""
    found: set[str] = set()
    waiting = [Requirement(line) for line in lines]
    while waiting:
        wanted = waiting.pop()
        name = canonical(wanted.name)
        try:
            further = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            further = []
        if name in found:
            continue
        found.add(name)
        for line in further:
            inner = Requirement(line)
            if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in ["", *wanted.extras]):
                waiting.append(inner)
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def probe(root: Path, names: list[str], forbidden: list[str]) -> dict[str, list[str]]:
    done = run_probe(root, json.dumps({"forbidden": forbidden, "modules": names}), root)
    assert done.stderr == ""
    return json.loads(done.stdout)


def run_probe(root: Path, task: str, path: Path) -> subprocess.CompletedProcess[str]:
    # -P: the folder of the probe has folders named like the packages.
    command = [sys.executable, "-P", str(root / "tests/import_probe.py"), task]
    env = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True)


def test_no_modules_import_each_other_in_a_circle(root: Path) -> None:
    known = {name: path for package in [*SHIPPED, "mocks"] for name, path in modules(root, package).items()}
    graph = {name: dependencies(name, path, known) for name, path in known.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_importing_does_nothing(root: Path) -> None:
    packages = ("splats", "procedural", "generation", "validation", "mocks")
    names = [name for package in packages for name in modules(root, package)]
    assert probe(root, names, HEAVY) == {}


@pytest.mark.parametrize("package", ["serving", "neurons", "prompter"])
def test_importing_does_nothing_and_loads_no_torch_either(root: Path, package: str) -> None:
    names = [name for name in modules(root, package) if name != SDK_CLIENT]
    assert probe(root, names, [*HEAVY, "torch", "splats"]) == {}


def test_the_client_of_the_chains_sdk_loads_no_torch(root: Path) -> None:
    found = probe(root, ["bittensor", SDK_CLIENT], ["torch", "splats", "gsplat", "diffusers"])
    found.pop("bittensor")  # what the SDK does by itself: its logging starts a thread
    assert found == {}


def test_schemas_load_nothing_but_pydantic(root: Path) -> None:
    names = [name for package in SHIPPED for name in modules(root, package) if name.endswith(".schemas")]
    assert probe(root, names, ["torch", "numpy", "fastapi", "httpx", "splats", *HEAVY]) == {}


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()", "starts Thread-1"),
        ("import logging; logging.basicConfig()", "sets up logging"),
        ("import argparse; argparse.ArgumentParser().parse_args()", "does not import"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "does not import"),
        ("import colorsys", "loads colorsys"),
    ],
)
def test_the_probe_sees_a_module_that_acts(root: Path, tmp_path: Path, code: str, fault: str) -> None:
    (tmp_path / "acts.py").write_text(code)
    task = json.dumps({"forbidden": ["colorsys"], "modules": ["acts"]})
    assert fault in json.loads(run_probe(root, task, tmp_path).stdout)["acts"][0]
