"""Ends a program with the status that its main function returned, whatever its libraries' threads are doing.

The interpreter's own shutdown waits for threads, and runs destructors that may wait for threads that no longer run: a
library's open connection can keep a finished program alive forever.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from serving.terminal import accept_any_text


def run_program(main: Callable[[], int], *, status_of_early_stop: int | None = None) -> NoReturn:
    """Run `main` and end the process with the status that it returns, without waiting for threads.

    With `status_of_early_stop`, a SIGINT or SIGTERM ends the process at once with that status until `main` installs
    handlers of its own: nothing has begun that would have to be finished.
    """
    if status_of_early_stop is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: os._exit(status_of_early_stop))
    accept_any_text()
    _end(_status_of(main))


def _status_of(main: Callable[[], int]) -> int:
    try:
        return main()
    except SystemExit as stop:
        if isinstance(stop.code, str):
            sys.stderr.write(f"{stop.code}\n")
            return 1
        return stop.code or 0
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BaseException:
        traceback.print_exc()
        return 1


def _end(status: int) -> NoReturn:
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # closed, or nobody reads it
            status = status or 1
    os._exit(status)
