"""The axon's refusals: an HTTP status, a code, constant text, and a time after which to retry.

They never contain anything that a peer sent. The SDK's dendrite shows `message` as its status message.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.types import Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """A response other than 200. `retry_s` is the time after which to retry; 0 if the same request cannot succeed."""

    status: int
    code: str
    detail: str
    retry_s: int = 0

    def start(self, *, close: bool) -> Message:
        """Return the ASGI message that starts the response. `close` the connection if a body is left unread."""
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        if self.retry_s:
            headers.append((b"retry-after", str(self.retry_s).encode()))
        if close:
            headers.append((b"connection", b"close"))
        return {"type": "http.response.start", "status": self.status, "headers": headers}

    @property
    def body(self) -> bytes:
        """The JSON body."""
        retry = f"; come back in {self.retry_s} s" if self.retry_s else ""
        fields = {
            "message": f"{self.code}: {self.detail}{retry}",
            "code": self.code,
            "detail": self.detail,
            "retry_after": self.retry_s,
        }
        return json.dumps(fields).encode()


UNKNOWN_SYNAPSE = Refusal(404, "unknown_synapse", "this validator knows no such synapse")
BAD_METHOD = Refusal(405, "method_not_allowed", "synapses come by POST")
COMPRESSED = Refusal(415, "unsupported_media_type", "compressed bodies are not accepted")
NO_LENGTH = Refusal(411, "length_required", "a Content-Length is needed")
INVALID = Refusal(400, "invalid_request", "headers or body are not those of this synapse")
TOO_LARGE = Refusal(413, "too_large", "the body is larger than max_result_bytes allows")
NO_TASK = Refusal(413, "no_open_task", "a body of this size needs an open task, or one closed within the hour", 60)
SLOW_BODY = Refusal(408, "slow_body", "the body comes too slowly", 10)
BUSY = Refusal(503, "busy", "too many requests are being received", 10)
BUSY_WITH_YOU = Refusal(503, "busy_with_you", "two results of this hotkey are at work; their replies are kept", 15)
STOPPING = Refusal(503, "stopping", "this validator is being restarted", 30)
STARTING = Refusal(503, "starting", "this validator has not seen the subnet yet", 15)
INTERNAL = Refusal(500, "internal", "an error of the validator; no task is lost", 30)

NOT_REGISTERED = Refusal(403, "not_registered", "this hotkey held no seat when the subnet was last looked at", 600)
NOT_ENABLED = Refusal(403, "not_enabled", "this validator takes no organic work")
NOT_ALLOWED = Refusal(403, "not_allowed", "this hotkey is not on the validator's list")
RATE_LIMITED = Refusal(429, "rate_limited", "too many questions of this hotkey", 60)
QUEUE_FULL = Refusal(503, "queue_full", "too many questions are waiting", 60)
INVALID_PROMPT = Refusal(422, "invalid_prompt", "the prompt is empty, too long or not printable")

UNSIGNED = Refusal(401, "unsigned", "hotkey, nonce, uuid or signature is missing from the headers")
BAD_SIGNATURE = Refusal(401, "bad_signature", "the header's signature does not verify")
STALE_NONCE = Refusal(401, "stale_nonce", "the nonce is older than 4 s and the timeout", 5)
FUTURE_NONCE = Refusal(401, "future_nonce", "the nonce lies more than 30 s ahead; set your clock", 30)
USED_NONCE = Refusal(401, "used_nonce", "this sender has used a nonce as new as this", 1)

ALL_REFUSALS = (
    UNKNOWN_SYNAPSE,
    BAD_METHOD,
    COMPRESSED,
    NO_LENGTH,
    INVALID,
    TOO_LARGE,
    NO_TASK,
    SLOW_BODY,
    BUSY,
    BUSY_WITH_YOU,
    STOPPING,
    STARTING,
    INTERNAL,
    NOT_REGISTERED,
    NOT_ENABLED,
    NOT_ALLOWED,
    RATE_LIMITED,
    QUEUE_FULL,
    INVALID_PROMPT,
    UNSIGNED,
    BAD_SIGNATURE,
    STALE_NONCE,
    FUTURE_NONCE,
    USED_NONCE,
)
REFUSAL_CODES = frozenset(refusal.code for refusal in ALL_REFUSALS)
"""All refusal codes, each counted by name."""


class RefusedError(Exception):
    """Raised to answer the current request with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
