"""Imports modules, each in a process of its own, and prints what each did that an import must not do.

python tests/import_probe.py '{"preload": ["numpy"], "forbidden": ["gsplat"], "modules": ["splats.model"]}'

Prints a JSON object: module → list of faults, for those that have any. Each module is imported in a fork of this
process, so that it also proves to import alone; `preload` holds third-party modules loaded once, to save their time.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import threading
import traceback
from typing import Any


def refuse_network(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo"}:
        raise RuntimeError(f"{event} during import")


def faults_of(module: str, forbidden: list[str]) -> list[str]:
    try:
        importlib.import_module(module)
    except BaseException:  # SystemExit of an argument parser included
        return ["does not import: " + traceback.format_exc(limit=-3)]
    found = [f"loads {name}" for name in forbidden if name in sys.modules]
    if threading.active_count() > 1:
        found.append(f"starts threads: {[thread.name for thread in threading.enumerate()]}")
    if logging.getLogger().handlers or logging.getLogger().level != logging.WARNING:
        found.append("sets up logging")
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        found.append("initialises CUDA")
    if torch is not None and (torch.get_default_dtype() != torch.float32 or torch.get_default_device().type != "cpu"):
        found.append("changes torch's defaults")
    return found


def in_a_fork(module: str, forbidden: list[str]) -> list[str]:
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, json.dumps(faults_of(module, forbidden)).encode()[:60_000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    os.wait()
    return json.loads(answer) if answer else ["ends the process"]


def main() -> None:
    task = json.loads(sys.argv[1])
    sys.argv[1:] = ["--an-argument-nobody-knows"]
    for name in task["preload"]:
        importlib.import_module(name)
    sys.addaudithook(refuse_network)
    found = {module: in_a_fork(module, task["forbidden"]) for module in task["modules"]}
    sys.stdout.write(json.dumps({module: faults for module, faults in found.items() if faults}))


if __name__ == "__main__":
    main()
