"""The addresses of the axon, and the server that serves it on the process's event loop."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from neurons.settings import ValidatorSettings
from neurons.wire.axon import Axon
from serving import http_client
from serving.server import serve_in_background
from serving.settings import SettingsError
from serving.status import ServiceStatus

logger = logging.getLogger(__name__)

LOOK_UP_S = 10.0
"""Timeout of asking one service for this machine's external address."""
ADDRESS_SERVICES = ("https://checkip.amazonaws.com", "https://api.ipify.org", "https://ipv4.icanhazip.com")
"""Services that answer with the address of the client, as text. They are asked in this order until one does."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """The address that the axon listens on, and the external one that it announces to the chain."""

    ip: str
    port: int
    external_ip: str
    external_port: int


async def find_listen_address(
    settings: ValidatorSettings, transport: httpx.AsyncBaseTransport | None = None
) -> ListenAddress:
    """Return the axon's addresses.

    The external one is looked up over the network on a real chain without --axon.external_ip; `transport` is httpx's,
    for tests. Raises SettingsError if that fails.
    """
    axon = settings.axon
    address = axon.external_ip or ("127.0.0.1" if settings.chain.is_devnet else "")
    if not address:
        address = await look_up_address(transport)
    try:
        axon.check_reachable(address)
    except ValueError as error:
        raise SettingsError(f"{error}, or give an IPv4 address by --axon.external_ip") from error
    return ListenAddress(axon.ip, axon.port, address, axon.external_port or axon.port)


async def look_up_address(transport: httpx.AsyncBaseTransport | None = None) -> str:
    """Return this machine's public address, as public services see it. Raises SettingsError if none answers.

    They are asked directly: through a proxy they would see the proxy's address.
    """
    certificates = httpx.create_ssl_context()
    async with httpx.AsyncClient(transport=transport, verify=certificates, trust_env=False) as client:
        for url in ADDRESS_SERVICES:
            try:
                response = await http_client.request(client, "GET", url, max_bytes=100, total_s=LOOK_UP_S)
                return str(ipaddress.ip_address(response.body.decode().strip()))
            except (http_client.CallError, ValueError) as error:
                logger.warning("%s did not say this machine's address: %s", url, error)
    raise SettingsError("this machine's public address cannot be found: give --axon.external_ip")


@contextlib.asynccontextmanager
async def axon_server(axon: Axon, listener: socket.socket, drain_s: float) -> AsyncIterator[None]:
    """Serve while the context lasts; then refuse new requests and finish the current ones within `drain_s`."""
    status = ServiceStatus(version=lambda: "", busy=lambda: axon.active_requests > 0)
    async with serve_in_background(axon, listener, status, drain_s):
        try:
            yield
        finally:
            axon.stopping = True
