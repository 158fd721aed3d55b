"""Runs an application under uvicorn: one clear log line or error at the start, and a graceful stop in bounded time.

On SIGINT or SIGTERM, /ready/ answers 503 and no new work is accepted, while accepted work may continue for at most
`drain_s`; then the remaining work is ended and the connections are closed. A second signal ends the wait.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from types import FrameType
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from serving.connections import AcceptErrors, Connections, Listener, max_connections, raise_open_file_limit
from serving.parsing import RequestParser
from serving.schemas import ErrorBody
from serving.settings import SettingsError, ShellSettings, is_loopback
from serving.status import ServiceStatus
from serving.tasks import task_group
from serving.text import format_address

logger = logging.getLogger(__name__)

HEADERS_TIMEOUT_S = 20.0
"""All header lines of a request must arrive within this time, so that silent connections cannot pile up."""

CLOSE_S = 5
"""Time for uvicorn to close connections once the work has ended."""

_LINGER_S = 1.0
"""A drain waits this long after the last job, so that a polling client can still fetch its result."""


def serve(app: FastAPI, settings: ShellSettings, *, ws_max_bytes: int = 16 << 10) -> int:
    """Serve until a signal or a fatal error. Return the exit status: 0 after a stop, 1 otherwise.

    Raises SettingsError if the address cannot be bound.
    """
    raise_open_file_limit()
    listener = bind(settings.host, settings.port)
    server = server_for(app, settings.drain_s, ws_max_bytes)
    status: ServiceStatus = app.state.status
    address = format_address(settings.host, listener.getsockname()[1])
    logger.info("%s %s on http://%s%s", app.title, status.version(), address, settings.root_path)
    if settings.insecure and not settings.api_keys and not is_loopback(settings.host):
        logger.warning("--insecure: anyone who can reach %s may use this service", address)
    server.run(sockets=[listener])
    if status.fatal is not None:
        logger.error("stopped: %s", status.fatal)
    return 0 if server.started and status.fatal is None else 1


def server_for(
    app: FastAPI,
    drain_s: float,
    ws_max_bytes: int = 16 << 10,
    headers_timeout_s: float = HEADERS_TIMEOUT_S,
    close_s: int = CLOSE_S,
    max_open: int | None = None,
) -> DrainingServer:
    """Return a server to be started by `run(sockets=[bind(...)])` and stopped by `should_exit = True`."""
    return DrainingServer(_config(app, ws_max_bytes, headers_timeout_s, close_s, max_open), app.state.status, drain_s)


@asynccontextmanager
async def serve_in_background(
    app: ASGIApp, listener: socket.socket, status: ServiceStatus, drain_s: float, max_open: int | None = None
) -> AsyncIterator[None]:
    """Serve `app` on the running event loop during the block, then drain for at most `drain_s`; close the listener.

    `max_open` limits the connections, by default to what the limit of open files allows. Signals are left to the
    process's own handlers. A server that ends by itself cancels the block, and RuntimeError is raised from it.
    """
    server = _EmbeddedServer(_config(app, 16 << 10, HEADERS_TIMEOUT_S, CLOSE_S, max_open), status, drain_s)

    async def serve_until_stopped() -> None:
        await server.serve(sockets=[listener])
        if not server.should_exit:
            raise RuntimeError("the HTTP server ended by itself")

    async with task_group() as group:
        serving = group.create_task(serve_until_stopped())
        try:
            while not server.started and not serving.done():
                await asyncio.sleep(0.01)
            yield
        finally:
            server.should_exit = True
            await asyncio.wait([serving])


def _config(
    app: ASGIApp, ws_max_bytes: int, headers_timeout_s: float, close_s: int, max_open: int | None = None
) -> uvicorn.Config:
    connections = Connections(max_connections() if max_open is None else max_open)
    return uvicorn.Config(
        app,
        http=partial(GuardedConnection, headers_timeout_s=headers_timeout_s, open_connections=connections),  # type: ignore[arg-type]  # uvicorn only calls it
        ws_max_size=ws_max_bytes,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=close_s,
    )


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; `::` is every address, those of IPv4 included.

    Raises SettingsError that names the address if it cannot be bound.
    """
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    every = host == "::" and socket.has_dualstack_ipv6()
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048, dualstack_ipv6=every)
    except (OSError, UnicodeError) as error:  # a host name may be one that cannot be encoded
        reason = getattr(error, "strerror", "") or error
        raise SettingsError(f"cannot listen on {format_address(host, port)}: {reason}") from error
    return Listener(family, socket.SOCK_STREAM, 0, listener.detach())


class DrainingServer(uvicorn.Server):
    """uvicorn's server, draining before its shutdown and not re-raising signals."""

    def __init__(self, config: uvicorn.Config, status: ServiceStatus, drain_s: float) -> None:
        super().__init__(config)
        self._status = status
        self._drain_s = drain_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  uvicorn's signature
        """Drain on the first signal, stop at once on the second."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._status.draining = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, with at most one log line a minute about connections that cannot be accepted."""
        asyncio.get_running_loop().set_exception_handler(AcceptErrors())
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Stop after a fatal error as well."""
        return await super().on_tick(counter) or self._status.fatal is not None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for accepted work while still answering, end the rest, then let uvicorn close the connections."""
        self._status.draining = True
        await self._drain()
        self._status.stop()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        if not self._status.busy() or self._status.fatal is not None:
            return
        logger.info("stopping: accepted work may continue for %g s", self._drain_s)
        now = asyncio.get_running_loop().time
        deadline = now() + self._drain_s
        while self._status.busy() and now() < deadline and not self.force_exit:
            await asyncio.sleep(0.05)
        if not self.force_exit:
            await asyncio.sleep(min(_LINGER_S, self._drain_s))


class _EmbeddedServer(DrainingServer):
    """A server in a process that handles its signals itself."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # uvicorn's is a generator
        """Leave the process's signal handlers alone."""
        return nullcontext()


class GuardedConnection(H11Protocol):
    """uvicorn's connection with a deadline for request headers; invalid HTTP gets an error of our shape.

    It reports to `open_connections`, which are shared by all connections of a server, whether it is idle.
    """

    def __init__(self, *, headers_timeout_s: float, open_connections: Connections, **options: Any) -> None:
        super().__init__(**options)
        self.conn = RequestParser()
        self._headers_timeout_s = headers_timeout_s
        self._open_connections = open_connections
        self._header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's signature
        """Start the header deadline of the first request."""
        super().connection_made(transport)
        self._open_connections.note_idle(transport)
        self._watch_headers()

    def data_received(self, data: bytes) -> None:
        """Start, keep or cancel the header deadline, depending on whether a request is incomplete."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._open_connections.note_busy(self.transport)
        self._watch_headers()

    def on_response_complete(self) -> None:
        """Note that the connection is idle, unless the client has sent its next request already."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._open_connections.note_idle(self.transport)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over to uvicorn's WebSocket protocol."""
        self._open_connections.forget(self.transport)
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the header deadline."""
        self._open_connections.forget(self.transport)
        self._stop_watching()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer input that is not valid HTTP with an error of our shape."""
        body = ErrorBody(detail=msg, code="invalid_request").model_dump_json().encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close")]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def _watch_headers(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_watching()
        elif self._header_timer is None:
            self._header_timer = self.loop.call_later(self._headers_timeout_s, self.transport.close)

    def _stop_watching(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None
