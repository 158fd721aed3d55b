"""The server of the messages: an ASGI application with one route, and one handler, for each.

    socket ──► HEAD_CHECKS ──► SENDER_CHECKS ──► body: a slot, a pace, a message ──► handler ──► reply
                    └────────────────┴─────────────────────┴────────────────────────────┴─────► refusal

The two lists at the end of this file have the checks in the order in which they happen. Whatever fails, the peer gets
one of `refusals`, and never anything that it sent itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from neurons.wire import refusals
from neurons.wire.bodies import Body, BodyRules, BodySlots, HungUpError
from neurons.wire.headers import NO_FIELDS_HASH, SENDER, RequestHeaders, read_headers, write_headers
from neurons.wire.refusals import Refusal, RefusedError
from neurons.wire.senders import SenderRules, check_complete
from neurons.wire.synapses import Synapse, Terminal

logger = logging.getLogger(__name__)

Handler = Callable[[str, Any], Awaitable[Synapse]]
"""Answers a message of a hotkey, which has signed the request. May raise RefusedError."""

THREAD_BYTES = 64 << 10
"""Bodies longer than this are parsed in a thread: 16 MiB take 10 ms."""


@dataclass(slots=True)
class Request:
    """A request on its way through the checks. Its field names are in lower case."""

    name: str
    method: str
    fields: dict[str, str]
    length: int | None
    sender: RequestHeaders | None = None
    holds_slot: bool = False

    @property
    def hotkey(self) -> str:
        """The hotkey that the header claims; once the sender's checks have passed, the one that has signed it."""
        return self.sender.hotkey if self.sender else self.fields.get(SENDER + "hotkey", "")


class Axon:
    """Serves the messages for which there are handlers.

    `may_send_large(hotkey)` checks whether a hotkey, not authenticated yet, may send a large body.
    `count_refusal(code)` is called with each refusal. Set `stopping` to refuse new requests.
    """

    def __init__(
        self,
        handlers: Mapping[type[Synapse], Handler],
        senders: SenderRules,
        may_send_large: Callable[[str], bool],
        count_refusal: Callable[[str], None],
        rules: BodyRules | None = None,
    ) -> None:
        self.senders, self.rules = senders, rules or BodyRules()
        self.may_send_large, self._count_refusal = may_send_large, count_refusal
        self.slots = BodySlots(self.rules)
        self.active_requests = self._discarding = 0
        self.stopping = False
        routes = [Route(f"/{kind.__name__}", _Endpoint(self, kind, handler)) for kind, handler in handlers.items()]
        self._router = Router(routes, redirect_slashes=False, default=self._refuse_unknown)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        await self._router(scope, receive, send)

    async def serve(self, kind: type[Synapse], handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for the message `kind`."""
        request = read_request(kind.__name__, scope)
        body = Body(receive, request.length or 0, self.rules)
        for check in HEAD_CHECKS:
            if (refusal := check(self, request)) is not None:
                await self._refuse(refusal, body, send)
                return
        self.active_requests += 1
        try:
            head, content = await self._answer(kind, handler, request, body)
            self._release_slot(request)  # before the peer sees its reply and can send the next request
            await send({"type": "http.response.start", "status": 200, "headers": head})
            await send({"type": "http.response.body", "body": content})
        except RefusedError as error:
            await self._refuse(error.refusal, body, send)
        except HungUpError:
            pass
        finally:
            self.active_requests -= 1
            self._release_slot(request)

    async def _answer(
        self, kind: type[Synapse], handler: Handler, request: Request, body: Body
    ) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """Return the header fields and the body of the reply. Raises RefusedError or HungUpError."""
        try:
            await self._check_sender(request)
            synapse = await self._read_message(kind, request, body)
            started = time.time()
            return write_reply(await handler(request.hotkey, synapse), started)
        except (RefusedError, HungUpError):
            raise
        except Exception as error:  # whatever it is, it is the validator's fault, and the next request is served
            logger.exception("a %s could not be answered", kind.__name__)
            raise RefusedError(refusals.INTERNAL) from error

    async def _check_sender(self, request: Request) -> None:
        for check in SENDER_CHECKS:
            if (refusal := await check(self, request)) is not None:
                raise RefusedError(refusal)

    async def _read_message(self, kind: type[Synapse], request: Request, body: Body) -> Synapse:
        """Read the body into a message. Raises RefusedError or HungUpError."""
        if self._is_large(request):
            if (refusal := self.slots.acquire(request.hotkey)) is not None:
                raise RefusedError(refusal)
            request.holds_slot = True
        pieces = await body.read()
        if not is_json(request.fields.get("content-type", "")):
            raise RefusedError(refusals.INVALID)
        try:
            if (request.length or 0) > THREAD_BYTES:
                return await asyncio.to_thread(lambda: kind.from_request(b"".join(pieces)))
            return kind.from_request(b"".join(pieces))
        except ValueError:
            raise RefusedError(refusals.INVALID) from None

    # The checks of HEAD_CHECKS, which run before anything is read or counted.

    def check_method(self, request: Request) -> Refusal | None:
        """Refuse any method but POST."""
        return None if request.method == "POST" else refusals.BAD_METHOD

    def check_stopping(self, _request: Request) -> Refusal | None:
        """Refuse new requests while the validator is stopping."""
        return refusals.STOPPING if self.stopping else None

    def check_number(self, _request: Request) -> Refusal | None:
        """Refuse more requests at a time than there may be."""
        return refusals.BUSY if self.active_requests >= self.rules.max_requests else None

    def check_encoding(self, request: Request) -> Refusal | None:
        """Refuse compressed bodies."""
        coding = request.fields.get("content-encoding", "").strip().lower()
        return None if coding in ("", "identity") else refusals.COMPRESSED

    def check_length(self, request: Request) -> Refusal | None:
        """Refuse a body whose length is not stated, or too large for this hotkey and message."""
        if request.length is None:
            return refusals.NO_LENGTH
        if request.length > self.rules.max_result_bytes + self.rules.envelope_bytes:
            return refusals.TOO_LARGE
        if self._is_large(request) and not (request.name == "SubmitResults" and self.may_send_large(request.hotkey)):
            return refusals.NO_TASK
        return None

    # The checks of SENDER_CHECKS, which run before the body is read.

    async def check_headers(self, request: Request) -> Refusal | None:
        """Refuse header fields with malformed numbers."""
        try:
            request.sender = read_headers(request.fields)
        except ValueError:
            return refusals.INVALID
        return None

    async def check_allowed(self, request: Request) -> Refusal | None:
        """Refuse hotkeys that may not send this message."""
        return self.senders.check_allowed(request.name, request.hotkey)

    async def check_complete(self, request: Request) -> Refusal | None:
        """Refuse headers that lack what is signed."""
        return check_complete(self._sender(request))

    async def check_hash(self, request: Request) -> Refusal | None:
        """Refuse messages that hash fields of their own."""
        return None if self._sender(request).body_hash == NO_FIELDS_HASH else refusals.INVALID

    async def check_signature(self, request: Request) -> Refusal | None:
        """Refuse a wrong signature, and a nonce that is too old or too far ahead."""
        return self.senders.check_signature(self._sender(request))

    async def check_nonce(self, request: Request) -> Refusal | None:
        """Use the nonce up, or refuse it if it is not new."""
        return await self.senders.use_nonce(self._sender(request))

    def _sender(self, request: Request) -> RequestHeaders:
        assert request.sender is not None  # `check_headers` has read it
        return request.sender

    def _is_large(self, request: Request) -> bool:
        return (request.length or 0) > self.rules.max_other_bytes + self.rules.envelope_bytes

    def _release_slot(self, request: Request) -> None:
        if request.holds_slot:
            request.holds_slot = False
            self.slots.release(request.hotkey)

    async def _refuse_unknown(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a path that is no message's, and any WebSocket."""
        if scope["type"] == "http":
            body = Body(receive, content_length(_fields(scope)) or 0, self.rules)
            await self._refuse(refusals.UNKNOWN_SYNAPSE, body, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _refuse(self, refusal: Refusal, body: Body, send: Send) -> None:
        """Send a refusal, then discard the rest of the body: closing at once could lose the response."""
        self._count_refusal(refusal.code)
        unread = not body.complete
        await send(refusal.start(close=unread))
        await send({"type": "http.response.body", "body": refusal.body, "more_body": unread})
        if unread:
            if self._discarding < self.rules.max_discarding:
                self._discarding += 1
                try:
                    await body.discard()
                finally:
                    self._discarding -= 1
            await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """The route of one message, as an ASGI application."""

    axon: Axon
    kind: type[Synapse]
    handler: Handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.axon.serve(self.kind, self.handler, scope, receive, send)


def read_request(name: str, scope: Scope) -> Request:
    """Read what the head of a request for the message `name` says."""
    fields = _fields(scope)
    return Request(name, scope["method"], fields, content_length(fields))


def content_length(fields: Mapping[str, str]) -> int | None:
    """Return the Content-Length, or None if it is missing or invalid, so that the body's size has no bound."""
    text = fields.get("content-length", "")
    if "transfer-encoding" in fields or not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return int(text)


def is_json(content_type: str) -> bool:
    """Check whether a Content-Type is that of JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def write_reply(synapse: Synapse, started: float) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the header fields and the body of the reply to a request that came at `started` (Unix seconds)."""
    done = {"status_code": 200, "status_message": "Success", "process_time": time.time() - started}
    synapse = synapse.model_copy(update={"axon": (synapse.axon or Terminal()).model_copy(update=done)})
    body = synapse.model_dump_json().encode()
    fields = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in write_headers(synapse, body).items()]
    fields += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return fields, body


def _fields(scope: Scope) -> dict[str, str]:
    """Return the header fields; of one that is repeated, the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


HEAD_CHECKS: tuple[Callable[[Axon, Request], Refusal | None], ...] = (
    Axon.check_method,
    Axon.check_stopping,
    Axon.check_number,
    Axon.check_encoding,
    Axon.check_length,
)
"""What is checked of the request line and the header fields alone, after the path."""

SENDER_CHECKS: tuple[Callable[[Axon, Request], Awaitable[Refusal | None]], ...] = (
    Axon.check_headers,
    Axon.check_allowed,
    Axon.check_complete,
    Axon.check_hash,
    Axon.check_signature,
    Axon.check_nonce,
)
"""What is checked of the sender before the body is read. Only the last changes anything."""
