"""ASGI layer in front of the SDK's axon: what is checked before a byte of a body is read, and how refusals look.

The SDK reads bodies of any size at any pace, answers 500 to what it cannot read and echoes what it was sent; behind
this layer it meets only requests for synapses it knows, with bounded bodies. Knows no signature and no desk.
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
    """Wraps the application of an axon that serves the synapses `names`.

    `may_send_large(hotkey)` says whether a hotkey that claims to be that may send a large body; it changes nothing.
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
        self._app, self._names, self._may_send_large, self._count_refusal = (
            app,
            frozenset(names),
            may_send_large,
            count_refusal,
        )
        self._rules = rules or BodyRules()
        self.slots = BodySlots(self._rules)
        self.at_work = self._lingering = 0
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        length = content_length(scope)
        context = RequestContext()
        body = Body(receive, length or 0, self._rules, partial(self._enter, context, length or 0))
        if (refusal := self._refuse(scope, length)) is not None:
            await self._answer(refusal, body, send)
            return
        request_context.set(context)
        self.at_work += 1
        try:
            await self._serve(scope, body, send, context)
        finally:
            self.at_work -= 1
            self._leave(context)

    def _refuse(self, scope: Scope, length: int | None) -> Refusal | None:
        """Refuse what can be refused from the request's head alone."""
        name = scope["path"].strip("/")
        if name not in self._names:
            return UNKNOWN_SYNAPSE
        if scope["method"] != "POST":
            return BAD_METHOD
        if self.stopping:
            return STOPPING
        if self.at_work >= self._rules.requests:
            return BUSY
        return NO_LENGTH if length is None else self._refuse_length(scope, name, length)

    def _refuse_length(self, scope: Scope, name: str, length: int) -> Refusal | None:
        if length > self._rules.max_result_bytes + self._rules.envelope_bytes:
            return TOO_LARGE
        if self._is_large(length):
            claimed = Headers(scope=scope).get("bt_header_dendrite_hotkey", "")
            if name != "SubmitResults" or not self._may_send_large(claimed):
                return NO_TASK
        return None

    def _is_large(self, length: int) -> bool:
        return length > self._rules.max_other_bytes + self._rules.envelope_bytes

    def _enter(self, context: RequestContext, length: int) -> Refusal | None:
        """Acquire a slot before a body's first byte; the SDK reads bodies only once the header has verified."""
        if not context.hotkey:
            raise RuntimeError("a body is read before its header has verified")
        refusal = self.slots.acquire(context.hotkey) if self._is_large(length) else None
        context.holds_slot = self._is_large(length) and refusal is None
        return refusal

    def _leave(self, context: RequestContext) -> None:
        if context.holds_slot:
            context.holds_slot = False
            self.slots.release(context.hotkey)

    async def _serve(self, scope: Scope, body: Body, send: Send, context: RequestContext) -> None:
        """Let the axon answer; replace any answer of its own other than 200 by one of our refusals."""
        exchange = _Exchange(body, send, context, partial(self._answer, body=body, send=send), self._leave)
        await self._app(scope, exchange.receive, exchange.send)

    async def _answer(self, refusal: Refusal, body: Body, send: Send) -> None:
        """Send a refusal, then read the rest of the body: closing at once could lose the answer."""
        self._count_refusal(refusal.code)
        unread = not body.complete
        await send(refusal.start(close=unread))
        await send({"type": "http.response.body", "body": refusal.body, "more_body": unread})
        if unread:
            if self._lingering < self._rules.lingering:
                self._lingering += 1
                try:
                    await body.discard()
                finally:
                    self._lingering -= 1
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Exchange:
    """The two ASGI channels of one request, as the SDK's application sees them."""

    def __init__(
        self,
        body: Body,
        send: Send,
        context: RequestContext,
        answer: Callable[[Refusal], Awaitable[None]],
        leave: Callable[[RequestContext], None],
    ) -> None:
        self._body, self._send, self._context = body, send, context
        self._answer, self._leave = answer, leave
        self._refused = False

    async def receive(self) -> Message:
        """Read the body, noting why it was refused."""
        try:
            return await self._body.receive()
        except RefusedError as error:
            self._context.refusal = error.refusal
            raise

    async def send(self, message: Message) -> None:
        """Pass a 200 on; answer with a refusal instead of anything else."""
        if message["type"] == "http.response.start" and message["status"] != 200:
            self._refused = True
            await self._answer(self._context.refusal or BY_STATUS.get(message["status"], INVALID))
        elif not self._refused:
            self._leave(self._context)  # before the peer can see its reply and come again
            await self._send(message)


def content_length(scope: Scope) -> int | None:
    """Return the Content-Length, or None if it is missing or invalid: a body without one has no bound."""
    headers = Headers(scope=scope)
    text = headers.get("content-length", "")
    if "transfer-encoding" in headers or not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return int(text)
