"""One splat format into another, for clients that have only opaque bytes. Knows no scorer and no HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from splats.codecs import encode_ply, encode_spz
from validation.assets.prepare import decode_asset
from validation.errors import RejectedError, UnsupportedError

PLY_HEADER_FIRST_LINES = b"ply\nformat binary_little_endian 1.0\n"


def convert(data: bytes, to: str, metadata: Mapping[str, str]) -> bytes:
    """The asset in `data` as a file of format `to`; a PLY carries `metadata` as comment lines, an SPZ has no place.

    Raises RejectedError with the decoder's code, UnsupportedError for a format that cannot be written.
    """
    if to not in {"ply", "spz"}:
        raise UnsupportedError(f"{to} cannot be written yet; ply and spz can")
    splats = decode_asset(data)
    try:
        return with_comments(encode_ply(splats), metadata) if to == "ply" else encode_spz(splats)
    except ValueError as error:  # a value on the very edge of the range, lost to rounding
        raise RejectedError("out_of_range", str(error)) from error


def with_comments(ply: bytes, metadata: Mapping[str, str]) -> bytes:
    """A PLY with a line "comment key: value" per entry. PLY headers are lines of ASCII: the rest becomes "?".

    Nor may a value end the header of readers that search for "end_header": it becomes "end-header".
    """
    if not ply.startswith(PLY_HEADER_FIRST_LINES):
        raise ValueError("not a PLY that `encode_ply` wrote")
    lines = "".join(f"comment {key}: {_one_line(value)}\n" for key, value in metadata.items())
    return PLY_HEADER_FIRST_LINES + lines.encode("ascii") + ply[len(PLY_HEADER_FIRST_LINES) :]


def _one_line(text: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text).replace("end_header", "end-header")
