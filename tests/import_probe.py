"""Imports modules one after the other in this fresh process and prints what an import did that it must not do.

python -P tests/import_probe.py '{"forbidden": ["gsplat"], "modules": ["splats.model", "splats.render"]}'

Prints a JSON object: module → what was found after its import and not before.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any


def refuse_network(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo"}:
        raise RuntimeError(f"{event} during import")


def faults(module: str, forbidden: list[str]) -> Iterator[str]:
    try:
        importlib.import_module(module)
    except BaseException:  # SystemExit of an argument parser included
        yield "does not import: " + traceback.format_exc(limit=-3)
    yield from (f"loads {name}" for name in forbidden if name in sys.modules)
    yield from (f"starts {thread.name}" for thread in threading.enumerate()[1:])
    root = logging.getLogger()
    if root.handlers or root.level != logging.WARNING:
        yield "sets up logging"
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        yield "initialises CUDA"
    if torch is not None and (torch.get_default_dtype() != torch.float32 or torch.get_default_device().type != "cpu"):
        yield "changes torch's defaults"


def main() -> None:
    task = json.loads(sys.argv[1])
    sys.argv[1:] = ["--an-argument-nobody-knows"]
    sys.addaudithook(refuse_network)
    known: set[str] = set()
    found = {}
    for module in task["modules"]:
        new = set(faults(module, task["forbidden"])) - known
        known |= new
        if new:
            found[module] = sorted(new)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
