"""A websocket to a node that raises the node's errors with the node's own words.

The SDK reads an error in reply to a storage query as an absent value, swallows others, and looks for details in error
texts where they may not be. It never sees an error of this socket as a reply.
"""

from __future__ import annotations

import json
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from serving.proxies import proxy_of

CONNECT_S = 10.0
"""Timeout of connecting, with the handshakes of TLS and the websocket."""
CLOSE_S = 1.0
"""How long a closing connection waits for the node to confirm."""
MAX_ERROR_BYTES = 1 << 16
"""Longest reply that is searched for an error; a subnet's seats take megabytes."""


class NodeRefusedError(Exception):
    """The node answered a request with an error; the message is the node's own."""


class NodeLostError(Exception):
    """The connection was closed, or no answer arrived in time."""


class NodeSocket(ClientConnection):
    """A websocket whose `recv` raises NodeRefusedError or NodeLostError."""

    def recv(self, timeout: float | None = None, decode: bool | None = None) -> Any:
        """Return the next message, unless it is an error."""
        try:
            message = super().recv(timeout, decode)
        except TimeoutError as error:
            raise NodeLostError("no answer") from error
        except ConnectionClosed as error:
            raise NodeLostError(f"the connection was closed ({error})") from error
        if (refusal := read_refusal(message)) is not None:
            raise NodeRefusedError(refusal)
        return message


def open_socket(url: str, max_bytes: int) -> NodeSocket:
    """Connect to a ws:// or wss:// address, through the environment's proxy unless it is on this machine.

    Raises OSError (which TimeoutError is), WebSocketException, or SettingsError for a proxy that cannot be used.
    """
    connection = connect(
        url,
        max_size=max_bytes,
        open_timeout=CONNECT_S,
        close_timeout=CLOSE_S,
        create_connection=NodeSocket,
        proxy=proxy_of(url),
    )
    return connection.__enter__()  # type: ignore[return-value]  # a `create_connection`; `close` is its exit


def read_refusal(message: str | bytes) -> str | None:
    """Return the text of the error in a JSON-RPC message, None if there is none. Raises ValueError for invalid JSON."""
    text = message.encode() if isinstance(message, str) else message
    if len(text) > MAX_ERROR_BYTES or b'"error"' not in text:
        return None
    reply = json.loads(text)
    for part in reply if isinstance(reply, list) else [reply]:
        error = part.get("error") if isinstance(part, dict) else None
        if isinstance(error, dict):
            return ": ".join(str(error[key]) for key in ("message", "data") if error.get(key)) or str(error)
        if error is not None:
            return str(error)
    return None
