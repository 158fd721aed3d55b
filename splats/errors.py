"""Errors of the splat core.

SplatError
├── DecodeError      the bytes are not an acceptable asset; `code` is one of `DECODE_CODES`
└── RendererMissing  the requested renderer cannot run here; the message names the fix
"""

from __future__ import annotations

DECODE_CODES = frozenset(
    {
        "bad_encoding",
        "too_large",
        "unknown_format",
        "truncated",
        "too_many",
        "too_few",
        "not_finite",
        "out_of_range",
    }
)
"""Reasons to refuse a file, the part of the network's reject list that decoding finds (docs/protocol.md has all)."""


class SplatError(Exception):
    """Base of the splat core's errors."""


class DecodeError(SplatError):
    """Bytes that are not an acceptable asset. `code` is machine-readable, the message is for people."""

    def __init__(self, code: str, detail: str) -> None:
        if code not in DECODE_CODES:
            raise ValueError(f"{code!r} is not a decode code")
        super().__init__(detail)
        self.code = code
        self.detail = detail


class RendererMissing(SplatError):
    """The requested renderer cannot run on this machine; the message names what to install."""
