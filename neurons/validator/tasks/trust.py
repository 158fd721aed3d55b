"""Whether a submission is its miner's own: the two signatures of the protocol. Knows no storage and no verdict."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from neurons.messages import bound_message, result_message
from neurons.validator.tasks.records import MinerRecord, OpenTask
from neurons.validator.tasks.replies import Submission

BOUND_FRESH_S = 300.0
"""A bound signature's time lies within this of ours."""


class BadEncoding(Exception):
    """Results that are not base64: their miner's fault."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this validator is, and how it checks who others are: verify(hotkey, message, signature in base64)."""

    netuid: int
    hotkey: str
    verify: Callable[[str, bytes, str], bool]
    require_bound: bool = False


def distrust(record: MinerRecord, task: OpenTask, submission: Submission, me: Identity, now: float) -> str:
    """The code of why the submission is not believed, or an empty string. Checks signatures: not for an event loop."""
    if submission.bound_signature:
        return _distrust_bound(record, submission, me, now)
    if record.binds:
        return "downgraded"
    if me.require_bound:
        return "bound_signature_required"
    if not submission.results:
        return ""  # a declined task has nothing to sign
    message = result_message(submission.submit_time, task.prompt, me.hotkey, record.hotkey)
    return "" if me.verify(record.hotkey, message, submission.signature) else "bad_signature"


def decode(results: str) -> bytes:
    """The asset of base64 on one line. Raises BadEncoding."""
    try:
        return base64.b64decode(results.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadEncoding("the results are not base64 on one line") from None


def score_seed(secret: bytes, task_id: str, asset: bytes, hotkey: str) -> int:
    """The seed of the views, 32 bits: unknown before the asset is fixed, the same however often it is sent."""
    message = b"\0".join((task_id.encode(), hashlib.sha256(asset).digest(), hotkey.encode()))
    return int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:4], "big")


def _distrust_bound(record: MinerRecord, submission: Submission, me: Identity, now: float) -> str:
    if abs(submission.submit_time / 1e9 - now) > BOUND_FRESH_S:
        return "stale_signature"
    try:
        asset = decode(submission.results)
    except BadEncoding:
        return "bad_signature"  # there are no bytes that it could cover
    message = bound_message(
        netuid=me.netuid,
        task_id=submission.task_id,
        asset=asset,
        submit_time=submission.submit_time,
        validator_hotkey=me.hotkey,
        miner_hotkey=record.hotkey,
    )
    return "" if me.verify(record.hotkey, message, submission.bound_signature) else "bad_signature"
