"""Errors of the validation service.

ValidationServiceError
├── RejectedError        the asset is at fault; `code` is on the reject list (status 413 or 422)
├── WorkerLostError      the process that handles assets died or ran past a limit (status 503)
├── UnsupportedError     a conversion that this build does not offer (status 422, the caller's fault)
└── ScorerError          the scorer cannot be loaded: files missing or damaged (the server refuses to start)
"""

from __future__ import annotations

from validation.schemas import REJECT_CODES


class ValidationServiceError(Exception):
    """Base of all errors of the validation service."""


class RejectedError(ValidationServiceError):
    """The asset cannot be scored. `code` is machine-readable, `detail` is for people."""

    def __init__(self, code: str, detail: str) -> None:
        if code not in REJECT_CODES:
            raise ValueError(f"{code!r} is not on the reject list")
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class WorkerLostError(ValidationServiceError):
    """The worker died or exceeded its time or memory; another one has replaced it."""


class UnsupportedError(ValidationServiceError):
    """The requested format cannot be written."""


class ScorerError(ValidationServiceError):
    """The scorer's files are missing, damaged, or do not match its constants."""
