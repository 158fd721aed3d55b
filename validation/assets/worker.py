"""The worker process: the only place where bytes from miners are decoded, checked and rendered.

A hostile asset can cost at most its own request: the process has a memory limit and every call a time limit. When the
process exceeds either, or dies, it is replaced, and the call raises WorkerLostError.

    python -m validation.assets.worker FD MEMORY_MIB RENDER_SPEC     (JSON; started by `Worker`, never by hand)
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from validation.assets.render_spec import RenderSpec
from validation.errors import RejectedError, UnsupportedError, WorkerLostError

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]

START_TIMEOUT_S = 180.0
"""Importing torch takes seconds; the renderer may have to be compiled on a machine's first start."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Time and memory for one asset, well above what the checks admit: they stop only what the checks missed."""

    timeout_s: float = 30.0
    memory_mib: int = 4096


class Worker:
    """Keeps one worker process running and sends it one call at a time. Use it from one thread."""

    def __init__(self, spec: RenderSpec, limits: WorkerLimits) -> None:
        self._spec = spec
        self._limits = limits
        self._closed = False
        self.renderer = ""
        self._start()

    def call(self, task: str, *values: object) -> Any:
        """Run a task and return its result. Raises RejectedError, UnsupportedError or WorkerLostError."""
        if not self.renderer:
            self.wait_ready()
        try:
            self._connection.send_bytes(pickle.dumps((task, values), protocol=pickle.HIGHEST_PROTOCOL))
            kind, answer = self._receive(self._limits.timeout_s)
        except (OSError, EOFError) as error:
            raise self._lost(f"the worker ended during {task}") from error
        if kind == "rejected":
            raise RejectedError(*answer)
        if kind == "unsupported":
            raise UnsupportedError(answer)
        if kind == "failed":
            raise self._lost(f"the worker failed at {task}: {answer}")
        return answer

    def wait_ready(self) -> None:
        """Wait until the process is loaded, and set `renderer`. Raises WorkerLostError if it does not start."""
        try:
            kind, answer = self._receive(START_TIMEOUT_S)
        except (OSError, EOFError) as error:
            raise self._lost("the worker ended while starting; its output is in the log") from error
        if kind != "ready":
            raise self._lost(f"the worker did not start: {answer}")
        self.renderer = answer

    def close(self) -> None:
        """Kill the process, whatever it is doing."""
        self._closed = True
        self._stop()

    @property
    def pid(self) -> int:
        """Process id of the current worker."""
        return self._process.pid

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        environment = {
            "OMP_WAIT_POLICY": "PASSIVE",  # the model's threads want the same cores: 5 times faster when they are busy
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
        }
        command = [
            sys.executable,
            "-m",
            "validation.assets.worker",
            str(theirs.fileno()),
            str(self._limits.memory_mib),
            json.dumps(asdict(self._spec)),
        ]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL)  # noqa: S603  our own module
        theirs.close()
        self._connection = Connection(ours.detach())
        self.renderer = ""

    def _receive(self, timeout_s: float) -> tuple[str, Any]:
        if not self._connection.poll(timeout_s):
            raise self._lost(f"the worker did not answer within {timeout_s:g} s")
        answer: tuple[str, Any] = pickle.loads(self._connection.recv_bytes())  # noqa: S301  from our own process
        return answer

    def _lost(self, reason: str) -> WorkerLostError:
        self._stop()
        if not self._closed:
            logger.error("%s; starting another one", reason)
            self._start()
        return WorkerLostError(reason)

    def _stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._connection.close()


def main(argv: list[str]) -> int:
    """Run in the worker process: answer calls until the service closes the connection."""
    fd, memory_mib, spec_text = argv
    spec = RenderSpec(**json.loads(spec_text))
    # A signal to the whole process group is for the service: it drains, then kills this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    connection = Connection(int(fd))
    try:
        tasks, renderer = _load(spec)
        _limit_memory(int(memory_mib), spec.device)
    except Exception as error:
        _send(connection, "failed", f"{type(error).__name__}: {error}")
        raise
    _send(connection, "ready", renderer)
    while True:
        try:
            task, values = pickle.loads(connection.recv_bytes())  # noqa: S301  from the service that started us
        except EOFError:
            return 0
        _send(connection, *_run(tasks[task], values))


def _run(task: Callable[..., object], values: tuple[object, ...]) -> tuple[str, object]:
    try:
        return "done", task(*values)
    except RejectedError as error:
        return "rejected", (error.code, error.detail)
    except UnsupportedError as error:
        return "unsupported", str(error)
    except Exception as error:  # outermost loop of this process: an asset must not end it silently
        logger.exception("a task failed")
        return "failed", f"{type(error).__name__}: {error}"


def _send(connection: Connection, kind: str, answer: object) -> None:
    connection.send_bytes(pickle.dumps((kind, answer), protocol=pickle.HIGHEST_PROTOCOL))


def _load(spec: RenderSpec) -> tuple[dict[str, Callable[..., object]], str]:
    from splats.render import warm_up  # noqa: PLC0415  torch is heavy, and the parent of this process imports this module
    from validation.assets.convert import convert  # noqa: PLC0415
    from validation.assets.prepare import prepare  # noqa: PLC0415

    def prepare_asset(data: bytes, seed: int, preview: bool) -> object:
        return prepare(data, seed, spec, preview=preview)

    return {"prepare": prepare_asset, "convert": convert}, warm_up(spec.device)


def _limit_memory(memory_mib: int, device: str) -> None:
    """Let this process map `memory_mib` more than now; no limit with CUDA, which maps terabytes it never touches."""
    if device != "cpu" or not sys.platform.startswith("linux"):
        return
    import resource  # noqa: PLC0415  not on every platform

    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = mapped + memory_mib * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    sys.exit(main(sys.argv[1:]))
