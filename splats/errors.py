"""Errors of the splat core.

SplatError
├── DecodeError      the bytes are not an acceptable asset; `code` is one of `DECODE_CODES`
└── RendererMissing  the renderer asked for cannot run here; the message names the fix
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
"""The part of the network's reject list that decoding can tell (docs/protocol.md has the whole list)."""


class SplatError(Exception):
    """Anything the splat core refuses."""


class DecodeError(SplatError):
    """Bytes that are not an acceptable asset. `code` is machine-readable, the message is for people."""

    def __init__(self, code: str, detail: str) -> None:
        if code not in DECODE_CODES:
            raise ValueError(f"{code!r} is not a decode code")
        super().__init__(detail)
        self.code = code
        self.detail = detail


class RendererMissing(SplatError):
    """The renderer asked for cannot run on this machine; the message says what to install."""
