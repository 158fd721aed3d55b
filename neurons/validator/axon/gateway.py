"""ASGI layer in front of the SDK's axon: checks requests before their body is read, and formats all refusals.

The SDK reads bodies of any size at any pace, answers 500 to what it cannot parse and echoes what it was sent. Behind
this layer it gets only requests for known synapses, with bounded bodies, and none of its own errors are sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from functools import partial

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from neurons.validator.axon.bodies import Body, BodyRules, BodySlots
from neurons.validator.axon.refusals import (
    BAD_METHOD,
    BUSY,
    BY_STATUS,
    COMPRESSED,
    INVALID,
    NO_LENGTH,
    NO_TASK,
    STOPPING,
    TOO_LARGE,
    UNKNOWN_SYNAPSE,
    Refusal,
    RefusedError,
    RequestContext,
    request_context,
)


class AxonGateway:
    """Wraps the ASGI application of an axon that serves the synapses `names`.

    `may_send_large(hotkey)` checks whether a hotkey, not authenticated yet, may send a large body.
    `count_refusal(code)` is called with each refusal. Set `stopping` to refuse new requests.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Collection[str],
        may_send_large: Callable[[str], bool],
        count_refusal: Callable[[str], None],
        rules: BodyRules | None = None,
    ) -> None:
        self._app, self._names = app, frozenset(names)
        self._may_send_large, self._count_refusal = may_send_large, count_refusal
        self._rules = rules or BodyRules()
        self.slots = BodySlots(self._rules)
        self.active_requests = self._discarding = 0
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        length = content_length(scope)
        context = RequestContext()
        body = Body(receive, length or 0, self._rules, partial(self._admit_body, context, length or 0))
        if (refusal := self._check_head(scope, length)) is not None:
            await self._send_refusal(refusal, body, send)
            return
        request_context.set(context)
        self.active_requests += 1
        try:
            await self._serve(scope, body, send, context)
        finally:
            self.active_requests -= 1
            self._release_slot(context)

    def _check_head(self, scope: Scope, length: int | None) -> Refusal | None:
        """Return a refusal if the request line and headers alone give reason for one."""
        name = scope["path"].strip("/")
        if name not in self._names:
            return UNKNOWN_SYNAPSE
        if scope["method"] != "POST":
            return BAD_METHOD
        if self.stopping:
            return STOPPING
        if self.active_requests >= self._rules.max_requests:
            return BUSY
        if Headers(scope=scope).get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            return COMPRESSED
        return NO_LENGTH if length is None else self._check_length(scope, name, length)

    def _check_length(self, scope: Scope, name: str, length: int) -> Refusal | None:
        if length > self._rules.max_result_bytes + self._rules.envelope_bytes:
            return TOO_LARGE
        if self._is_large(length):
            claimed = Headers(scope=scope).get("bt_header_dendrite_hotkey", "")
            if name != "SubmitResults" or not self._may_send_large(claimed):
                return NO_TASK
        return None

    def _is_large(self, length: int) -> bool:
        return length > self._rules.max_other_bytes + self._rules.envelope_bytes

    def _admit_body(self, context: RequestContext, length: int) -> Refusal | None:
        """Acquire a slot if the body is large. The SDK reads bodies only after the header has been authenticated."""
        if not context.hotkey:
            raise RuntimeError("a body is read before its header has been authenticated")
        refusal = self.slots.acquire(context.hotkey) if self._is_large(length) else None
        context.holds_slot = self._is_large(length) and refusal is None
        return refusal

    def _release_slot(self, context: RequestContext) -> None:
        if context.holds_slot:
            context.holds_slot = False
            self.slots.release(context.hotkey)

    async def _serve(self, scope: Scope, body: Body, send: Send, context: RequestContext) -> None:
        """Run the axon's application, replacing any response other than 200 by one of our refusals."""
        send_refusal = partial(self._send_refusal, body=body, send=send)
        exchange = _Exchange(body, send, context, send_refusal, self._release_slot)
        await self._app(scope, exchange.receive, exchange.send)

    async def _send_refusal(self, refusal: Refusal, body: Body, send: Send) -> None:
        """Send a refusal, then discard the rest of the body: closing at once could lose the response."""
        self._count_refusal(refusal.code)
        unread = not body.complete
        await send(refusal.start(close=unread))
        await send({"type": "http.response.body", "body": refusal.body, "more_body": unread})
        if unread:
            if self._discarding < self._rules.max_discarding:
                self._discarding += 1
                try:
                    await body.discard()
                finally:
                    self._discarding -= 1
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Exchange:
    """The `receive` and `send` of one request, as the SDK's application sees them."""

    def __init__(
        self,
        body: Body,
        send: Send,
        context: RequestContext,
        send_refusal: Callable[[Refusal], Awaitable[None]],
        release_slot: Callable[[RequestContext], None],
    ) -> None:
        self._body, self._send, self._context = body, send, context
        self._send_refusal, self._release_slot = send_refusal, release_slot
        self._refused = False

    async def receive(self) -> Message:
        """Return the body's next message, and record a refusal in the request's context."""
        try:
            return await self._body.receive()
        except RefusedError as error:
            self._context.refusal = error.refusal
            raise

    async def send(self, message: Message) -> None:
        """Pass a 200 on; send a refusal instead of any other response."""
        if message["type"] == "http.response.start" and message["status"] != 200:
            self._refused = True
            await self._send_refusal(self._context.refusal or BY_STATUS.get(message["status"], INVALID))
        elif not self._refused:
            self._release_slot(self._context)  # before the peer sees its reply and can send the next request
            await self._send(message)


def content_length(scope: Scope) -> int | None:
    """Return the Content-Length, or None if it is missing or invalid, so that the body's size has no bound."""
    headers = Headers(scope=scope)
    text = headers.get("content-length", "")
    if "transfer-encoding" in headers or not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return int(text)
