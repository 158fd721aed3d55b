"""Convert an asset to another format, for clients that treat assets as opaque bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serving.schemas import SpzVersion
from splats.codecs import encode_ply, encode_spz
from validation.assets.prepare import decode_asset
from validation.errors import RejectedError, UnsupportedError


@dataclass(frozen=True, slots=True)
class Converted:
    """The file, and a sentence for each part of the asset that it lacks because splats cannot hold it."""

    data: bytes
    notes: tuple[str, ...] = ()


def convert(data: bytes, to: str, metadata: Mapping[str, str], spz_version: SpzVersion = 3) -> Converted:
    """Convert the asset in `data` to format `to`. A PLY carries `metadata` as comment lines; SPZ has no place for it.

    Raises RejectedError with the decoder's code, or `out_of_range` for splats that the format cannot hold;
    UnsupportedError for a format that cannot be written.
    """
    if to not in {"ply", "spz"}:
        raise UnsupportedError(f"cannot write {to}; ply and spz are supported")
    notes: list[str] = []
    splats = decode_asset(data, notes.append)
    try:
        file = encode_ply(splats, metadata) if to == "ply" else encode_spz(splats, spz_version)
    except ValueError as error:
        raise RejectedError("out_of_range", str(error)) from error
    return Converted(file, tuple(notes))
