"""Verifies the signatures of hotkeys."""

from __future__ import annotations

import base64
import binascii

MAX_SIGNATURE_CHARS = 128
"""Longest signature text that is decoded; 64 bytes are 88 characters of base64."""


def verify(hotkey: str, message: bytes, signature: str) -> bool:
    """Check whether `signature` (base64 of 64 bytes) is that of `hotkey` over `message`; False for malformed input."""
    from bittensor_wallet import Keypair  # noqa: PLC0415  a compiled library, loaded for the first signature

    if not signature or len(signature) > MAX_SIGNATURE_CHARS:
        return False
    try:
        raw = base64.b64decode(signature, validate=True)
        if len(raw) != 64:
            return False
        return bool(Keypair(ss58_address=hotkey).verify(message, raw))
    except (binascii.Error, ValueError, TypeError):
        return False
