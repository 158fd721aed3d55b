"""The address that the axon listens on and is reached at, and the server that serves it there.

The SDK's own server ignores the configured address and binds all of them, runs in its own thread, and does not report
a port that is taken. Here the port is bound first, and the axon shares the process's event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread

from neurons.chain.opening import own_address
from neurons.settings import ValidatorSettings
from neurons.validator.axon.gateway import AxonGateway
from serving.server import serve_in_background
from serving.settings import SettingsError
from serving.status import ServiceStatus

LOOK_UP_S = 60.0
"""Timeout of looking up this machine's own address."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """The address that the axon listens on, and the external one that it announces to the chain."""

    ip: str
    port: int
    external_ip: str
    external_port: int


async def find_listen_address(settings: ValidatorSettings) -> ListenAddress:
    """Return the axon's addresses. Asks the network only on a real chain without --axon.external_ip.

    Raises SettingsError.
    """
    axon = settings.axon
    address = axon.external_ip or ("127.0.0.1" if settings.chain.is_devnet else "")
    if not address:
        try:
            address = await asyncio.wait_for(_looked_up(), LOOK_UP_S)
        except TimeoutError as error:
            raise SettingsError("this machine's address could not be looked up: give --axon.external_ip") from error
    return ListenAddress(axon.ip, axon.port, address, axon.external_port or axon.port)


def _looked_up() -> asyncio.Future[str]:
    """The address, by a daemon thread: the SDK's look-up has no time-out, and must not keep the process from ending."""
    found: Future[str] = Future()

    def look() -> None:
        found.set_running_or_notify_cancel()
        try:
            found.set_result(own_address())
        except Exception as error:  # handed on to whoever waits
            found.set_exception(error)

    Thread(target=look, name="own address", daemon=True).start()
    return asyncio.wrap_future(found)


@contextlib.asynccontextmanager
async def axon_server(gateway: AxonGateway, listener: socket.socket, drain_s: float) -> AsyncIterator[None]:
    """Serve while the context lasts; then refuse new requests and finish the current ones within `drain_s`."""
    status = ServiceStatus(version=lambda: "", busy=lambda: gateway.at_work > 0)
    async with serve_in_background(gateway, listener, status, drain_s):
        try:
            yield
        finally:
            gateway.stopping = True
