"""Fixtures for all tests: the repository and fresh clones of it, shared reference data, programs, a live server.

Also skips `gpu` tests on machines without a CUDA device. Fixtures of one part are in the conftest.py of its folder.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mocks.pm2 import Pm2
from tools import node_tools

if TYPE_CHECKING:
    from fastapi import FastAPI

ROOT = Path(__file__).resolve().parent.parent

PROXIES = {name: os.environ.pop(name) for name in list(os.environ) if name.lower().endswith("_proxy")}
"""The developer's proxies, which only set-ups in fresh clones need: tests talk to this machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    import torch  # only here: a run without `gpu` tests need not load it

    if not torch.cuda.is_available():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


def unavailable(reason: str) -> None:
    """Skip the test on a developer's machine; fail it in CI, where nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """Restore the log levels and the root logger's handlers after each test: programs set them when they start."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    levels = {name: logger.level for name, logger in _loggers()}
    yield
    for name, logger in _loggers():
        logger.setLevel(levels.get(name, logging.NOTSET))
    for handler in list(root.handlers):
        if handler not in handlers and type(handler).__module__ != "_pytest.logging":
            root.removeHandler(handler)
    for handler in handlers:
        if handler not in root.handlers and type(handler).__module__ != "_pytest.logging":
            root.addHandler(handler)


def _loggers() -> list[tuple[str, logging.Logger]]:
    registered = logging.Logger.manager.loggerDict
    named = [(name, logger) for name, logger in registered.items() if isinstance(logger, logging.Logger)]
    return [("", logging.getLogger()), *named]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of reference data too large for the repository.

    It is data/ in the folder that $THREE_GEN_SHARED names, or that folder itself; without the variable, ../shared/data.
    """
    return _shared("data")


@pytest.fixture(scope="session")
def shared_chain() -> Path:
    """Return the folder of the recorded mainnet node.

    It is chain/ in the folder that $THREE_GEN_SHARED names, or next to it; without the variable, ../shared/chain.
    """
    return _shared("chain")


def _shared(kind: str) -> Path:
    named = os.environ.get("THREE_GEN_SHARED")
    folders = [ROOT.parent / "shared" / kind]
    if named:
        fallback = Path(named) if kind == "data" else Path(named).parent / kind
        folders = [fallback, Path(named) / kind]
    for folder in reversed(folders):
        if folder.is_dir():
            return folder
    unavailable(f"no {folders[-1]}; set THREE_GEN_SHARED to the folder of the shared files")
    raise AssertionError("unreachable")


@pytest.fixture(scope="session")
def node_tool() -> Callable[[str], Path]:
    """Return a function that gives the path of a Node.js program, installed at its pinned version on first use."""

    def find(name: str) -> Path:
        try:
            return node_tools.program(name)
        except node_tools.NodeToolMissing as error:
            unavailable(str(error))
            raise

    return find


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium."""
    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    if not found:
        unavailable("no Chromium on the PATH")
    return found[0]


@pytest.fixture(scope="session")
def clean_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment variables of a machine with Python and ordinary commands, but no uv, Conda or GPU."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "python3").symlink_to(sys._base_executable)
    foreign = ("PYTHON", "VIRTUAL", "CONDA", "UV", "MAKE", "MFLAGS", "PROMPT")  # `make test-all` sets some of these
    kept = {key: text for key, text in os.environ.items() if key != "CI" and not key.startswith(foreign)}
    return {**kept, **PROXIES, "PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "CUDA_VISIBLE_DEVICES": ""}


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Return a function that clones the repository (commits only) into a new folder; all are removed at the end."""
    made: list[Path] = []

    def make(name: str) -> Path:
        made.append(tmp_path_factory.mktemp(name))
        folder = made[-1] / "three-gen-subnet"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        return folder

    yield make
    for folder in made:  # gigabytes each, once set up
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def miner_clone(clone: Callable[[str], Path], clean_env: dict[str, str]) -> Path:
    """Return a fresh clone in which a miner has run generation/setup_env.sh."""
    folder = clone("miner")
    subprocess.run(["./setup_env.sh"], cwd=folder / "generation", env=clean_env, check=True, stdin=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def validator_clone(miner_clone: Path, clean_env: dict[str, str]) -> Path:
    """Return the same clone after a validator has run validation/setup_env.sh in it as well."""
    folder = miner_clone / "validation"
    subprocess.run(["./setup_env.sh"], cwd=folder, env=clean_env, check=True, stdin=subprocess.DEVNULL)
    return miner_clone


@pytest.fixture(scope="session")
def prompter_clone(clone: Callable[[str], Path], clean_env: dict[str, str]) -> Path:
    """Return a fresh clone in which prompter/setup_env.sh has run."""
    folder = clone("prompter")
    subprocess.run(["./setup_env.sh"], cwd=folder / "prompter", env=clean_env, check=True, stdin=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def start_pm2(
    node_tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path, int], Pm2]]:
    """Return a function that starts a PM2 file as an operator does; PM2 is stopped at the end of the module.

    It takes the path of the file and a port, and skips the test if another program listens on the port.
    """
    pm2 = Pm2(node_tool("pm2"), tmp_path_factory.mktemp("pm2"))

    def start(config: Path, port: int) -> Pm2:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                pytest.skip(f"something else listens on {port}")
        pm2("start", config.name, folder=config.parent)
        return pm2

    yield start
    pm2("kill")


@pytest.fixture(scope="session")
def live() -> Callable[..., AbstractContextManager[str]]:
    """Return a context manager that serves an application on a free loopback port and drains it at the end.

    `with live(app) as url:` gives its URL.

    Keyword arguments are those of `serving.server.server_for`.
    """
    from serving.server import bind, server_for  # only here: most tests serve nothing

    @contextmanager
    def serving(app: FastAPI, **options: float) -> Iterator[str]:
        listener = bind("127.0.0.1", 0)
        server = server_for(app, **{"drain_s": 5.0, **options})
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)
            assert not thread.is_alive(), "the server did not stop"

    return serving
