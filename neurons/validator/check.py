"""serve_validator.py --check: can miners reach the axon port? Knows no chain; opens nothing for longer than a look."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from neurons.settings import ValidatorSettings
from neurons.validator.axon.listening import find_listen_address
from serving.server import bind
from serving.settings import SettingsError

TRY_S = 5.0


def check(settings: ValidatorSettings) -> int:
    """Prints what was found and the command that asks from outside; 0 when the port was reached."""
    place = asyncio.run(find_listen_address(settings))
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(contextlib.closing(bind(place.ip, place.port)))
            _say(f"nothing else listens on {place.ip}:{place.port}: listening there for this check")
        except SettingsError:
            _say(f"something listens on {place.ip}:{place.port} already, presumably the running validator")
        reached = _reach(place.external_ip, place.external_port)
    address = f"{place.external_ip}:{place.external_port}"
    if reached:
        _say(f"{address} can be reached from this machine")
    else:
        _say(f"{address} cannot be reached from this machine; your router may not allow it, so check from outside")
    _say("from another machine, while the validator runs:")
    _say(f"  nc -vz {place.external_ip} {place.external_port}")
    return 0 if reached else 1


def _reach(ip: str, port: int) -> bool:
    try:
        socket.create_connection((ip, port), TRY_S).close()
    except OSError:
        return False
    return True


def _say(line: str) -> None:
    print(line)  # noqa: T201
