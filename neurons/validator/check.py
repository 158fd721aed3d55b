"""serve_validator.py --check: checks whether miners can reach the axon's port."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from neurons.settings import ValidatorSettings
from neurons.validator.axon.listening import find_listen_address
from serving.server import bind
from serving.settings import SettingsError

CONNECT_S = 5.0


def check(settings: ValidatorSettings) -> int:
    """Print whether the port can be reached, and how to check that from outside. Return 0 if it can, else 1."""
    address = asyncio.run(find_listen_address(settings))
    local, external = f"{address.ip}:{address.port}", f"{address.external_ip}:{address.external_port}"
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(contextlib.closing(bind(address.ip, address.port)))
            _print(f"nothing else listens on {local}: listening there for this check")
        except SettingsError:
            _print(f"something already listens on {local}, presumably the running validator")
        reachable = _can_connect(address.external_ip, address.external_port)
    if reachable:
        _print(f"{external} can be reached from this machine")
    else:
        _print(f"{external} cannot be reached from this machine; your router may not allow it, so check from outside")
    _print("from another machine, while the validator runs:")
    _print(f"  nc -vz {address.external_ip} {address.external_port}")
    return 0 if reachable else 1


def _can_connect(ip: str, port: int) -> bool:
    try:
        socket.create_connection((ip, port), CONNECT_S).close()
    except OSError:
        return False
    return True


def _print(line: str) -> None:
    print(line)  # noqa: T201
