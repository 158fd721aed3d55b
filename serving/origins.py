"""Hosts and origins as headers name them (RFC 9110, 7.2; RFC 6454), compared with their default ports in mind."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME_AND_PORT = r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{0,5}))?"
_HOST = re.compile(_NAME_AND_PORT)
_ORIGIN = re.compile(r"(?P<scheme>https?)://" + _NAME_AND_PORT)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """A lower-case name or address, an IPv6 one without brackets, and the port, None if it is the scheme's default."""

    name: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a page. Its port is always given."""

    scheme: str
    name: str
    port: int


def parse_host(text: str) -> Host | None:
    """Return the value of a Host header, None if it is not valid."""
    found = _HOST.fullmatch(text.lower())
    return Host(found["name"].strip("[]"), int(found["port"]) if found["port"] else None) if found else None


def parse_origin(text: str) -> Origin | None:
    """Return the value of an Origin header, None for "null" and for what is neither http nor https."""
    found = _ORIGIN.fullmatch(text.lower())
    if found is None:
        return None
    return Origin(found["scheme"], found["name"].strip("[]"), int(found["port"] or _DEFAULT_PORTS[found["scheme"]]))


def is_same_origin(origin: str, host: str) -> bool:
    """Check whether a page came from the server that `host` names, whose port is by default that of the page's scheme.

    The server itself cannot tell the scheme: a proxy may speak https for it.
    """
    theirs, ours = parse_origin(origin), parse_host(host)
    if theirs is None or ours is None:
        return False
    return (theirs.name, theirs.port) == (ours.name, ours.port or _DEFAULT_PORTS[theirs.scheme])
