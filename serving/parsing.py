"""Parses requests as RFC 9112 asks of a server, where h11 is stricter."""

from __future__ import annotations

import re
from typing import Any

import h11

_EMPTY_LINES = re.compile(rb"(?:\r?\n)+")
_ABSOLUTE_FORM = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE)


class RequestParser(h11.Connection):
    """The server's end of a connection, which takes two things that h11 leaves to its users.

    Empty lines before a request are ignored (section 2.2): some clients send one after the body of the last request.
    A target in absolute form, as sent to proxies, becomes a path, and its authority the Host (section 3.2.2).
    """

    def __init__(self) -> None:
        super().__init__(h11.SERVER)

    def next_event(self) -> Any:
        """Return the next event of the client, NEED_DATA or PAUSED. Raises h11.RemoteProtocolError."""
        if self.their_state is h11.IDLE:
            empty_lines = _EMPTY_LINES.match(bytes(self._receive_buffer))
            self._receive_buffer.maybe_extract_at_most(empty_lines.end() if empty_lines else 0)
            if bytes(self._receive_buffer) == b"\r":  # half of an empty line, which h11 would refuse
                return h11.NEED_DATA
        event = super().next_event()
        return in_origin_form(event) if isinstance(event, h11.Request) else event


def in_origin_form(request: h11.Request) -> h11.Request:
    """Return the request with a path for its target; the authority of an absolute target replaces the Host header."""
    absolute = _ABSOLUTE_FORM.fullmatch(request.target)
    if absolute is None:
        return request
    authority, rest = absolute.groups()
    headers = [(name, value) for name, value in request.headers if name != b"host"]
    return h11.Request(
        method=request.method,
        target=rest if rest.startswith(b"/") else b"/" + rest,
        headers=[(b"host", authority), *headers],
        http_version=request.http_version,
    )
