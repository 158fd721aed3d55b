"""Verifies that a submission comes from its miner: the two signatures of the protocol. Pure except for the checker."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from neurons.messages import SubmitRequest, bound_message, result_message
from neurons.validator.tasks.records import MinerRecord, OpenTask

BOUND_FRESH_S = 300.0
"""Largest difference between the time in a bound signature and the validator's clock."""

DECODED_CHARS = 1 << 18
"""Characters of base64 decoded at a time, a multiple of 4: less than 5 ms."""


class BadEncodingError(Exception):
    """The results are not base64, which is the miner's fault."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The validator's own identity, and its signature checker: verify(hotkey, message, signature in base64)."""

    netuid: int
    hotkey: str
    verify: Callable[[str, bytes, str], bool]
    require_bound: bool = False


def verify_submission(record: MinerRecord, task: OpenTask, submission: SubmitRequest, me: Identity, now: float) -> str:
    """Return a reason code, or "" if the signatures verify. Takes milliseconds: run it off the event loop."""
    if submission.bound_signature:
        return _verify_bound(record, submission, me, now)
    if record.binds:
        return "downgraded"
    if me.require_bound:
        return "bound_signature_required"
    if not submission.results:
        return ""  # a declined task has nothing to sign
    message = result_message(submission.submit_time, task.prompt, me.hotkey, record.hotkey)
    return "" if me.verify(record.hotkey, message, submission.signature) else "bad_signature"


def decode_results(results: str) -> bytes:
    """Decode base64 on one line into the asset. Raises BadEncodingError. Takes 0.3 s for 16 MiB: run it in a thread.

    It is decoded in pieces, since decoding holds the interpreter's lock, and with it the event loop.
    """
    pieces = [results[start : start + DECODED_CHARS] for start in range(0, len(results), DECODED_CHARS)]
    if any(piece.endswith("=") for piece in pieces[:-1]):  # only the last one may be padded
        raise BadEncodingError("the results are not base64 on one line")
    try:
        return b"".join(base64.b64decode(piece.encode("ascii"), validate=True) for piece in pieces)
    except (binascii.Error, UnicodeEncodeError):
        raise BadEncodingError("the results are not base64 on one line") from None


def derive_seed(secret: bytes, task_id: str, asset: bytes, hotkey: str) -> int:
    """Return the 32-bit seed of the scored views: HMAC-SHA256 over task, asset and hotkey.

    It cannot be known before the asset is fixed, and sending the same asset again gives the same seed.
    """
    message = b"\0".join((task_id.encode(), hashlib.sha256(asset).digest(), hotkey.encode()))
    return int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:4], "big")


def _verify_bound(record: MinerRecord, submission: SubmitRequest, me: Identity, now: float) -> str:
    if abs(submission.submit_time / 1e9 - now) > BOUND_FRESH_S:
        return "stale_signature"
    try:
        asset = decode_results(submission.results)
    except BadEncodingError:
        return "bad_signature"  # without an asset there is nothing that the signature could cover
    message = bound_message(
        netuid=me.netuid,
        task_id=submission.task_id,
        asset=asset,
        submit_time=submission.submit_time,
        validator_hotkey=me.hotkey,
        miner_hotkey=record.hotkey,
    )
    return "" if me.verify(record.hotkey, message, submission.bound_signature) else "bad_signature"
