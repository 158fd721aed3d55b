"""What all tests share: no GPU, no `gpu` tests; where the shared data lie; the repository's root.

Knows nothing of any one part; each folder has its own fixtures beside its tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import node_tools

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    import torch  # only now: a run without `gpu` tests needs no probe

    if not torch.cuda.is_available():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


def unavailable(reason: str) -> None:
    """Skips the test on a developer's machine, fails it in CI, where nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Reference data too large for the repository: $THREE_GEN_SHARED (or its data/), else ../shared/data."""
    named = os.environ.get("THREE_GEN_SHARED")
    folders = [Path(named), Path(named) / "data"] if named else [ROOT.parent / "shared" / "data"]
    for folder in reversed(folders):
        if folder.is_dir():
            return folder
    unavailable(f"no reference data in {folders[-1]}; set THREE_GEN_SHARED to the folder that holds them")
    raise AssertionError("unreachable")


@pytest.fixture(scope="session")
def node_tool() -> Callable[[str], Path]:
    """Gives the path of a Node.js program of tools/node_tools.py, installed at its pinned version on first use."""

    def find(name: str) -> Path:
        try:
            return node_tools.program(name)
        except node_tools.NodeToolMissing as error:
            unavailable(str(error))
            raise

    return find
