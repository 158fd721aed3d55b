"""Whether a submission is its miner's own: the two signatures of the protocol. Knows no storage and no verdict."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from neurons.messages import bound_message, result_message
from neurons.validator.records import MinerRecord, OpenTask
from neurons.validator.replies import Submission

BOUND_FRESH_S = 300.0
"""A bound signature's time lies within this of ours."""


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


def decode(results: str) -> bytes | None:
    """The asset of base64 on one line, or None."""
    try:
        return base64.b64decode(results.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def _distrust_bound(record: MinerRecord, submission: Submission, me: Identity, now: float) -> str:
    if abs(submission.submit_time / 1e9 - now) > BOUND_FRESH_S:
        return "stale_signature"
    message = bound_message(
        netuid=me.netuid,
        task_id=submission.task_id,
        asset=decode(submission.results) or b"",
        submit_time=submission.submit_time,
        validator_hotkey=me.hotkey,
        miner_hotkey=record.hotkey,
    )
    return "" if me.verify(record.hotkey, message, submission.bound_signature) else "bad_signature"
