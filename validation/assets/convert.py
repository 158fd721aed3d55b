"""Convert an asset to another format, for clients that treat assets as opaque bytes."""

from __future__ import annotations

from collections.abc import Mapping

from splats.codecs import encode_ply, encode_spz
from validation.assets.prepare import decode_asset
from validation.errors import RejectedError, UnsupportedError

PLY_HEADER_FIRST_LINES = b"ply\nformat binary_little_endian 1.0\n"


def convert(data: bytes, to: str, metadata: Mapping[str, str]) -> bytes:
    """Convert the asset in `data` to format `to`. A PLY carries `metadata` as comment lines; SPZ has no place for it.

    Raises RejectedError with the decoder's code, UnsupportedError for a format that cannot be written.
    """
    if to not in {"ply", "spz"}:
        raise UnsupportedError(f"cannot write {to}; ply and spz are supported")
    splats = decode_asset(data)
    try:
        return with_comments(encode_ply(splats), metadata) if to == "ply" else encode_spz(splats)
    except ValueError as error:  # a value at the very edge of the range that rounding moves past it
        raise RejectedError("out_of_range", str(error)) from error


def with_comments(ply: bytes, metadata: Mapping[str, str]) -> bytes:
    """Add a line "comment key: value" to a PLY for each entry.

    PLY headers are ASCII, so other characters become "?". "end_header" becomes "end-header", since some readers search
    for it.
    """
    if not ply.startswith(PLY_HEADER_FIRST_LINES):
        raise ValueError("not a PLY that `encode_ply` wrote")
    lines = "".join(f"comment {key}: {_one_line(value)}\n" for key, value in metadata.items())
    return PLY_HEADER_FIRST_LINES + lines.encode("ascii") + ply[len(PLY_HEADER_FIRST_LINES) :]


def _one_line(text: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text).replace("end_header", "end-header")
