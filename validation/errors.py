"""Errors of the validation service.

ValidationFault
├── Rejected        the asset is at fault; `code` is on the reject list (status 413 or 422)
├── WorkerLost      the process that handles assets died or ran past a limit (status 503)
├── Unsupported     a conversion that this build does not offer (status 422, the caller's fault)
└── ScorerError     the scorer cannot be loaded: files missing or damaged (the server refuses to start)
"""

from __future__ import annotations

from validation.schemas import REJECT_CODES


class ValidationFault(Exception):
    """Anything the validation service refuses or fails at."""


class Rejected(ValidationFault):
    """An asset that cannot be scored. `code` is machine-readable, `detail` is for people."""

    def __init__(self, code: str, detail: str) -> None:
        if code not in REJECT_CODES:
            raise ValueError(f"{code!r} is not on the reject list")
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class WorkerLost(ValidationFault):
    """The worker died or ran past its time or memory; another one has taken its place."""


class Unsupported(ValidationFault):
    """A format that cannot be written."""


class ScorerError(ValidationFault):
    """The scorer's files are missing, damaged or not what its constants say."""
