"""The process of a neuron: its logging, its state folder, its signals and a bounded shutdown.

    SIGINT or SIGTERM ──► `stop` is set, the neuron drains ──► exit 0
                                                     └── not done after HARD_STOP_S, or a second signal ──► exit 1
    the neuron ends by itself ──► closes its connections ──► its exit status, at the latest after CLOSE_S
    the event loop is blocked for STUCK_S ──► the stack of every thread is written to standard error ──► exit 1

A supervisor (PM2, systemd, Docker) restarts a neuron that exits with a status other than 0.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from neurons.chain.contract import ChainError
from neurons.settings import Logging, NeuronSettings
from serving.connections import raise_open_file_limit
from serving.logs import configure_logging
from serving.settings import SettingsError, ShellSettings

logger = logging.getLogger(__name__)

DRAIN_S = 18.0
"""Accepted work may continue for this long after a signal; closing the connections takes additional time."""
HARD_STOP_S = 28.0
"""Longest time from a signal to the end of the process, even if a call hangs; supervisors are configured for 30 s."""
CLOSE_S = 20.0
"""Time to close connections after a neuron has ended by itself."""
STUCK_S = 120.0
"""An event loop that is blocked for this long is stuck."""

Main = Callable[[asyncio.Event], Awaitable[int]]


def start_logging(settings: Logging, port: int = 0) -> ShellSettings:
    """Set up logging and return the settings of the status server on `port`."""
    shell = ShellSettings(
        port=port,
        logging="json" if settings.as_json else "plain",
        log_level="debug" if settings.debug or settings.trace else "info",
    )
    configure_logging(shell)
    for library in ("httpx", "httpcore", "async_substrate_interface", "fsspec"):
        logging.getLogger(library).setLevel(logging.DEBUG if settings.trace else logging.WARNING)
    if settings.trace:
        logging.getLogger("websockets").setLevel(logging.DEBUG)
    return shell


def log_retired(settings: NeuronSettings) -> None:
    """Log one line that names the flags given that have no effect any more."""
    if settings.retired:
        logger.warning("these flags no longer have an effect: %s", " ".join(sorted(set(settings.retired))))


def state_folder(settings: NeuronSettings, kind: str) -> Path:
    """Return the folder of this neuron's state, by default next to the wallets, like the SDK's logging folder."""
    if settings.neuron.state_dir is not None:
        return settings.neuron.state_dir
    wallet = settings.wallet
    miners = wallet.path.parent / "miners"
    return miners / wallet.name / wallet.hotkey / f"netuid{settings.chain.netuid}" / (settings.neuron.name or kind)


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[Path]:
    """Create the folder with mode 0700 and lock it for this process in the block.

    Raises SettingsError if it cannot be used or another process has locked it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise SettingsError(
            f"cannot use the state folder {folder}: {error.strerror}; give another one with --neuron.state_dir"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise SettingsError(f"another process uses the state folder {folder}") from error
    try:
        yield folder
    finally:
        os.close(lock)


def run(main: Main) -> int:
    """Run a neuron until it ends and return its exit status. An unexpected error is logged and becomes status 1.

    `main` is called with the event that asks it to stop. Raises SettingsError from it.
    """
    raise_open_file_limit()
    timers: list[threading.Timer] = []
    try:
        return asyncio.run(_run_supervised(main, timers))
    except asyncio.CancelledError:
        return 1  # after a second signal, which has been logged
    except SettingsError:
        raise
    except ChainError as error:
        logger.critical("the neuron cannot continue: %s", error)
        return 1
    except Exception:
        logger.critical("the neuron failed", exc_info=True)
        return 1
    finally:
        for timer in timers:
            timer.cancel()


async def _run_supervised(main: Main, timers: list[threading.Timer]) -> int:
    """Run `main`; end it after signals, and the process if it hangs. Adds the timers that would do so to `timers`."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    main_task = asyncio.current_task()
    assert main_task is not None

    def on_signal() -> None:
        if stop.is_set():
            logger.warning("stopping at once")
            main_task.cancel()
            return
        logger.info("stopping")
        stop.set()
        timers.append(exit_after(HARD_STOP_S))

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    with exit_if_stuck(loop, STUCK_S):
        try:
            return await main(stop)
        finally:
            if not stop.is_set():
                timers.append(exit_after(CLOSE_S))  # the event loop waits for threads before it closes


def exit_after(seconds: float) -> threading.Timer:
    """Exit with status 1 after `seconds`, even if a call hangs in a thread, unless the timer is cancelled before."""
    timer = threading.Timer(seconds, _exit_now, (f"not done after {seconds:g} s",))
    timer.daemon = True
    timer.start()
    return timer


@contextlib.contextmanager
def exit_if_stuck(loop: asyncio.AbstractEventLoop, stuck_s: float) -> Iterator[None]:
    """Exit with status 1 if the loop is blocked for `stuck_s` seconds during the block.

    The time during which the whole process was frozen (`docker pause`, a suspended machine) does not count.
    """
    last_beat, done = time.monotonic(), threading.Event()

    def beat() -> None:
        nonlocal last_beat
        last_beat = time.monotonic()

    def watch() -> None:
        looked_at, period_s = time.monotonic(), stuck_s / 10
        while not done.wait(period_s):
            late_s, looked_at = time.monotonic() - looked_at - period_s, time.monotonic()
            if late_s > period_s:
                beat()  # this thread did not run either
            if time.monotonic() - last_beat > stuck_s:
                _exit_now(f"the event loop was blocked for {stuck_s:g} s")
            with contextlib.suppress(RuntimeError):  # the loop was closed just now
                loop.call_soon_threadsafe(beat)

    threading.Thread(target=watch, name="heartbeat", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _exit_now(reason: str) -> None:
    logger.critical("%s: exiting", reason)
    faulthandler.dump_traceback(file=sys.stderr)
    logging.shutdown()
    os._exit(1)
