"""Keeps a server's connections within the process's limit of open files, whoever opens them.

The limit itself is raised as far as the system allows. Connections without a request in progress are idle: they are
limited for each address and, together with the busy ones, in total, and the longest idle ones are closed first. So
strangers who open connections and send nothing can take neither the place of a client that does send requests, nor the
files that the process needs for its own work.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import resource
import socket
import time
from typing import Any

from serving.logs import Throttle

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 4096
"""Connections of one server. Each takes about 20 kB, so that all of them take less than 100 MB."""
MAX_IDLE_PER_ADDRESS = 64
"""Idle connections from one address: enough for a reverse proxy, or for many miners behind one router."""
RESERVED_FILES = 256
"""Open files left for everything else: databases, the chain, calls to other services, the status server."""

_OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_ACCEPT_PAUSE_S = 0.9
"""Slightly less than the second after which asyncio accepts again."""
_ACCEPT_BATCH = 16
"""Connections accepted before the event loop handles those accepted so far, and closes idle ones if necessary."""


def raise_open_file_limit() -> None:
    """Raise the process's soft limit of open files to the hard one, if the system allows it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError) as error:
        logger.info("the limit of open files stays as it is: %s", error)


def max_connections() -> int:
    """Return how many connections a server may have open, given the process's limit of open files."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return min(MAX_CONNECTIONS, max(files - RESERVED_FILES, files // 2))


class Connections:
    """The open connections of one server. Closes idle ones above the limits, the longest idle first."""

    def __init__(self, max_open: int, max_idle_per_address: int = MAX_IDLE_PER_ADDRESS) -> None:
        self._max_open, self._max_idle_per_address = max_open, max_idle_per_address
        self._busy: set[asyncio.Transport] = set()
        self._idle: dict[asyncio.Transport, str] = {}  # with their addresses, the longest idle first
        self._by_address: dict[str, dict[asyncio.Transport, None]] = {}  # the idle ones, in the same order
        self._throttle = Throttle(60.0)

    def __len__(self) -> int:
        return len(self._busy) + len(self._idle)

    def note_idle(self, transport: asyncio.Transport) -> None:
        """Note that a connection is new, or that its request has been answered."""
        if transport in self._idle:
            return
        self._busy.discard(transport)
        address = client_network(transport)
        from_address = self._by_address.setdefault(address, {})
        from_address[transport] = None
        self._idle[transport] = address
        if len(from_address) > self._max_idle_per_address:
            self._close(next(iter(from_address)))
        if len(self) > self._max_open:
            if self._throttle.ready():
                logger.warning("more than %d connections: closing idle ones", self._max_open)
            self._close(next(iter(self._idle)))

    def note_busy(self, transport: asyncio.Transport) -> None:
        """Note that a request of a connection is in progress."""
        if transport in self._idle:
            self.forget(transport)
            self._busy.add(transport)

    def forget(self, transport: asyncio.Transport) -> None:
        """Note that a connection is closed, or no longer speaks HTTP."""
        self._busy.discard(transport)
        address = self._idle.pop(transport, None)
        if address is not None:
            from_address = self._by_address[address]
            del from_address[transport]
            if not from_address:
                del self._by_address[address]

    def _close(self, transport: asyncio.Transport) -> None:
        self.forget(transport)
        transport.abort()  # `close` would wait for a client that does not read its last reply


def client_network(transport: asyncio.BaseTransport) -> str:
    """Return the address of a connection's other end; of an IPv6 address the network (/64), which one client owns."""
    peer: Any = transport.get_extra_info("peername")
    try:
        address = ipaddress.ip_address(peer[0].partition("%")[0])
    except (TypeError, IndexError, AttributeError, ValueError):
        return ""  # not an internet address
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))


class Listener(socket.socket):
    """A listening socket from which asyncio accepts connections without spinning.

    Out of files, asyncio's loop would call `accept` thousands of times a second and log each failure.
    """

    _paused_until = 0.0  # monotonic seconds
    _accepted = 0

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection. Raises BlockingIOError, which ends asyncio's loop, during a pause and after a batch."""
        if self._accepted >= _ACCEPT_BATCH or time.monotonic() < self._paused_until:
            self._accepted = 0
            raise BlockingIOError
        try:
            accepted = super().accept()
        except OSError as error:
            self._accepted = 0
            if error.errno in _OUT_OF_RESOURCES:
                self._paused_until = time.monotonic() + _ACCEPT_PAUSE_S
            raise
        self._accepted += 1
        return accepted


class AcceptErrors:
    """Exception handler of an event loop that logs at most one failed accept a minute."""

    def __init__(self) -> None:
        self._throttle = Throttle(60.0)

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Handle an exception that the loop reports."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in _OUT_OF_RESOURCES and "socket" in context):
            loop.default_exception_handler(context)
        elif self._throttle.ready():
            logger.error("cannot accept connections: %s; raise the limit of open files (nofile)", error.strerror)
