"""Signs with hotkeys, and verifies their signatures."""

from __future__ import annotations

import base64
import binascii
from typing import Any

MAX_SIGNATURE_CHARS = 128
"""Longest signature text that is decoded; 64 bytes are 88 characters of base64."""


def sign(keypair: Any, message: bytes) -> str:
    """Return base64 of the sr25519 signature of a `bittensor_wallet.Keypair` over `message`."""
    return base64.b64encode(keypair.sign(message)).decode()


def verify(hotkey: str, message: bytes, signature: str) -> bool:
    """Check whether `signature` (base64 of 64 bytes) is that of `hotkey` over `message`; False for malformed input."""
    if not signature or len(signature) > MAX_SIGNATURE_CHARS:
        return False
    try:
        return verify_raw(hotkey, message, base64.b64decode(signature, validate=True))
    except (binascii.Error, ValueError):
        return False


def verify_raw(hotkey: str, message: bytes, signature: bytes) -> bool:
    """Check whether `signature` (64 bytes) is that of `hotkey` over `message`; False for malformed input."""
    from bittensor_wallet import Keypair  # noqa: PLC0415  a compiled library, loaded for the first signature

    if len(signature) != 64:
        return False
    try:
        return bool(Keypair(ss58_address=hotkey).verify(message, signature))
    except (ValueError, TypeError):
        return False
