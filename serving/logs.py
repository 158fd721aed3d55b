"""Sets up a process's logging, in `main()` only: one handler on standard error, plain lines or JSON lines.

`Throttle` is for lines that could otherwise fill the log.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from serving.settings import ShellSettings
from serving.terminal import accept_any_text


class JsonFormatter(logging.Formatter):
    """Formats one JSON object per line: time, level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logging(settings: ShellSettings) -> None:
    """Set up the root logger. uvicorn logs only errors, or port scanners would fill the log."""
    accept_any_text()
    handler = logging.StreamHandler(sys.stderr)
    if settings.logging == "json":
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    for chatty in ("asyncio", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # it logs a traceback for each connection that is lost


class Throttle:
    """Limits how often something is logged: `ready()` is true at most once in `interval_s` seconds."""

    def __init__(self, interval_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._interval_s, self._now = interval_s, now
        self._next = float("-inf")

    def ready(self) -> bool:
        """Check whether the interval is over; if so, start the next one."""
        now = self._now()
        if now < self._next:
            return False
        self._next = now + self._interval_s
        return True
