"""The addresses of the axon, and the server that serves it.

The SDK's own server ignores the configured address and binds all addresses, runs in a thread of its own, and does not
report a port in use. Here the port is bound first, and the axon shares the process's event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from neurons.chain.opening import find_public_address
from neurons.settings import ValidatorSettings
from neurons.validator.axon.gateway import AxonGateway
from serving.executor import SingleThreadExecutor
from serving.server import serve_in_background
from serving.settings import SettingsError
from serving.status import ServiceStatus

LOOK_UP_S = 60.0
"""Timeout of looking up this machine's external address."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """The address that the axon listens on, and the external one that it announces to the chain."""

    ip: str
    port: int
    external_ip: str
    external_port: int


async def find_listen_address(settings: ValidatorSettings) -> ListenAddress:
    """Return the axon's addresses.

    The external one is looked up over the network on a real chain without --axon.external_ip. Raises SettingsError if
    that fails.
    """
    axon = settings.axon
    address = axon.external_ip or ("127.0.0.1" if settings.chain.is_devnet else "")
    if not address:
        lookup = SingleThreadExecutor("address lookup")  # a daemon thread: the SDK's lookup has no timeout
        try:
            address = await asyncio.wait_for(lookup.run(find_public_address), LOOK_UP_S)
        except TimeoutError as error:
            raise SettingsError("looking up this machine's address timed out: give --axon.external_ip") from error
        finally:
            lookup.close()
    try:
        axon.check_reachable(address)
    except ValueError as error:
        raise SettingsError(f"{error}, or give an IPv4 address by --axon.external_ip") from error
    return ListenAddress(axon.ip, axon.port, address, axon.external_port or axon.port)


@contextlib.asynccontextmanager
async def axon_server(gateway: AxonGateway, listener: socket.socket, drain_s: float) -> AsyncIterator[None]:
    """Serve while the context lasts; then refuse new requests and finish the current ones within `drain_s`."""
    status = ServiceStatus(version=lambda: "", busy=lambda: gateway.active_requests > 0)
    async with serve_in_background(gateway, listener, status, drain_s):
        try:
            yield
        finally:
            gateway.stopping = True
