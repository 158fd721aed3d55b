"""Access rules of a service: the Host allow-list, foreign origins, the bearer key, the headers on every response.

Pure functions over headers, and one ASGI middleware that applies them before anything else runs.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.cors import is_preflight, permit_reading, preflight_response
from serving.errors import ServiceError, error_response
from serving.origins import Origin, is_same_origin, parse_host, parse_origin
from serving.settings import ShellSettings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104  compared with, not bound

_PROBES = ("/health", "/ready")

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of our pages: only files of their own origin; no inline code, no frames."""


@dataclass(frozen=True)
class GuardRules:
    """Which requests `Guard` lets through.

    hosts           lower-case names allowed in the Host header
    any_address     allow any IP address too, for a server bound to all; safe, as DNS rebinding needs a name
    key_digests     SHA-256 of each accepted bearer key; empty: no key required
    public_paths    paths that need no key, without their final slash; a trailing * matches everything below
    page_policy     Content-Security-Policy of HTML responses
    readers         origins of other pages that may read what GET answers
    """

    hosts: frozenset[str]
    any_address: bool = False
    key_digests: tuple[bytes, ...] = ()
    public_paths: tuple[str, ...] = ("/health",)
    page_policy: str = PAGE_POLICY
    readers: frozenset[Origin] = frozenset()


def guard_rules(
    settings: ShellSettings, public_paths: tuple[str, ...] = (), page_policy: str = PAGE_POLICY
) -> GuardRules:
    """Return the rules that follow from a service's settings. /health/ never needs a key."""
    names = {"localhost", "127.0.0.1", "::1", settings.host.strip("[]"), *settings.allowed_hosts}
    return GuardRules(
        hosts=frozenset(name.lower() for name in names - _WILDCARDS),
        any_address=settings.host.strip("[]") in _WILDCARDS,
        key_digests=tuple(hashlib.sha256(key.encode()).digest() for key in settings.api_keys),
        public_paths=("/health", *public_paths),
        page_policy=page_policy,
        readers=frozenset(origin for text in settings.allowed_origins if (origin := parse_origin(text))),
    )


def refusal_for(rules: GuardRules, scope: Scope) -> ServiceError | None:
    """Return the error for a request or WebSocket handshake that is refused, else None. Reads only the headers."""
    headers = Headers(scope=scope)
    if not _host_allowed(rules, headers.get("host", "")) and not _is_probe_without_host(scope, headers):
        return ServiceError(403, "host_not_allowed", "this Host is not allowed; see --allowed_hosts")
    changes_state = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
    if changes_state and _is_foreign(headers):
        return ServiceError(403, "foreign_origin", "requests from pages of another origin are refused")
    needs_key = bool(rules.key_digests) and not _is_public(rules, scope["path"])
    if needs_key and not is_preflight(rules.readers, scope) and not _key_matches(rules, headers):
        return ServiceError(401, "unauthorized", "a valid bearer key is required", {"WWW-Authenticate": "Bearer"})
    return None


class Guard:
    """ASGI middleware that refuses by `refusal_for` and adds the security headers to every response."""

    def __init__(self, app: ASGIApp, rules: GuardRules) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(self.rules, message["status"], MutableHeaders(scope=message))
                permit_reading(self.rules.readers, scope, MutableHeaders(scope=message))
            await send(message)

        error = refusal_for(self.rules, scope)
        if error is None and is_preflight(self.rules.readers, scope):
            await preflight_response(Headers(scope=scope))(scope, receive, guarded_send)
        elif error is None:
            await self.app(scope, receive, guarded_send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": error.detail})
        else:
            response = error_response(error.status_code, error.code, error.detail, error.headers)
            await response(scope, receive, guarded_send)


def _add_headers(rules: GuardRules, status: int, headers: MutableHeaders) -> None:
    if status != HTTPStatus.NOT_MODIFIED:  # its headers would replace those of the file that the browser has kept
        headers["Content-Security-Policy"] = _content_policy(headers.get("content-type", ""), rules.page_policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-store")


def _content_policy(media_type: str, page_policy: str) -> str:
    """Return the Content-Security-Policy of a response.

    A browser that opens a file in a tab of its own makes a page around it, to which the file's policy applies: one that
    forbids all sources forbids the image or video itself. SVG is a document and can hold scripts, so it stays locked.
    """
    media_type = media_type.lower()
    if media_type.startswith("text/html"):
        return page_policy
    if media_type.startswith("image/svg"):
        return "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    if media_type.startswith(("image/", "video/", "audio/")):
        return "frame-ancestors 'none'"
    return "default-src 'none'; frame-ancestors 'none'"


def _host_allowed(rules: GuardRules, host: str) -> bool:
    asked = parse_host(host)
    return asked is not None and (asked.name in rules.hosts or (rules.any_address and _is_address(asked.name)))


def _is_probe_without_host(scope: Scope, headers: Headers) -> bool:
    """Check for a health probe in HTTP/1.0, which needs no Host. Browsers always send one, so no page can send this."""
    return "host" not in headers and scope.get("method") in {"GET", "HEAD"} and scope["path"].rstrip("/") in _PROBES


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_foreign(headers: Headers) -> bool:
    if headers.get("sec-fetch-site") == "cross-site":
        return True
    return any(not is_same_origin(origin, headers.get("host", "")) for origin in headers.getlist("origin"))


def _is_public(rules: GuardRules, path: str) -> bool:
    path = path.rstrip("/")
    return any(
        path.startswith(allowed[:-1]) if allowed.endswith("*") else path == allowed.rstrip("/")
        for allowed in rules.public_paths
    )


def _key_matches(rules: GuardRules, headers: Headers) -> bool:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    digest = hashlib.sha256(key.strip().encode("latin-1", "replace")).digest()
    # Compare with every digest, so that the time taken does not reveal which one matches.
    matches = [hmac.compare_digest(digest, known) for known in rules.key_digests]
    return scheme.lower() == "bearer" and any(matches)
