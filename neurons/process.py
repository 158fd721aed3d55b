"""The process of a neuron: its logging, its folder, its signals, and an end that always comes.

    SIGINT or SIGTERM ──► `stop` is set, the neuron drains ──► exit 0
          │                                          └── not done after HARD_STOP_S, or a second signal ──► exit 1
    the event loop stands still for STUCK_S ──► where every thread stands goes to standard error ──► exit 1

Knows no chain and no protocol. A supervisor (PM2, systemd, Docker) starts a neuron again that ended with another
status than 0.
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
from typing import TypeVar

from neurons.chain.opening import quiet_sdk
from neurons.settings import Logging, NeuronSettings
from serving.logs import configure_logging
from serving.settings import SettingsError, ShellSettings

logger = logging.getLogger(__name__)

DRAIN_S = 18.0
"""Accepted work may go on this long after a signal; closing connections comes on top."""
HARD_STOP_S = 28.0
"""After a signal the process ends by this, whatever hangs in it: under the 30 s that supervisors are told."""
STUCK_S = 120.0
"""An event loop that stood still for so long is taken for dead."""

T = TypeVar("T")
Main = Callable[[asyncio.Event], Awaitable[int]]


def start_logging(chosen: Logging, port: int = 0) -> ShellSettings:
    """One handler for the whole process, the SDK's own off; gives the settings of the status server on `port`."""
    quiet_sdk()
    shell = ShellSettings(
        port=port,
        logging="json" if chosen.as_json else "plain",
        log_level="debug" if chosen.debug or chosen.trace else "info",
    )
    configure_logging(shell)
    for chatty in ("httpx", "httpcore", "async_substrate_interface", "websockets", "fsspec"):
        logging.getLogger(chatty).setLevel(logging.DEBUG if chosen.trace else logging.WARNING)
    return shell


def log_retired(settings: NeuronSettings) -> None:
    """One line for flags of earlier releases that were given."""
    if settings.retired:
        logger.warning("these flags do nothing any more: %s", " ".join(sorted(set(settings.retired))))


def state_folder(settings: NeuronSettings, kind: str) -> Path:
    """Where this neuron keeps its state: beside the wallets, as the SDK's logging folder lies."""
    if settings.neuron.state_dir is not None:
        return settings.neuron.state_dir.expanduser()
    chosen = settings.wallet
    miners = chosen.path.expanduser().parent / "miners"
    return miners / chosen.name / chosen.hotkey / f"netuid{settings.chain.netuid}" / (settings.neuron.name or kind)


@contextlib.contextmanager
def sole_owner(folder: Path) -> Iterator[Path]:
    """The folder, 0700, for one process alone. Raises SettingsError while another one has it, or when it is not to be
    had."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise SettingsError(f"cannot use the state folder {folder}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise SettingsError(f"another process works in {folder}") from error
    try:
        yield folder
    finally:
        os.close(lock)


def run(main: Main) -> int:
    """Runs a neuron until it ends; its exit status. Anything that nobody foresaw is logged and is status 1."""
    try:
        return asyncio.run(_supervised(main))
    except asyncio.CancelledError:
        return 1  # whoever cancelled it has said why
    except SettingsError:
        raise
    except Exception:
        logger.critical("the neuron cannot go on", exc_info=True)
        return 1


async def _supervised(main: Main) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    owner = asyncio.current_task()
    assert owner is not None

    def on_signal() -> None:
        if stop.is_set():
            logger.warning("stopping at once")
            owner.cancel()
            return
        logger.info("stopping")
        stop.set()
        end_by(HARD_STOP_S)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    with beating(loop, STUCK_S):
        return await main(stop)


def end_by(seconds: float) -> None:
    """Ends the process after so long if it is still there: a call that hangs in a thread must not keep it."""
    timer = threading.Timer(seconds, _end_now, (f"not done after {seconds:g} s",))
    timer.daemon = True
    timer.start()


@contextlib.contextmanager
def beating(loop: asyncio.AbstractEventLoop, stuck_s: float) -> Iterator[None]:
    """Ends the process when the loop does not get to a mere note of the time for `stuck_s`."""
    last, done = [time.monotonic()], threading.Event()

    def note() -> None:
        last[0] = time.monotonic()

    def watch() -> None:
        while not done.wait(stuck_s / 10):
            if time.monotonic() - last[0] > stuck_s:
                _end_now(f"the event loop stood still for {stuck_s:g} s")
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(note)

    threading.Thread(target=watch, name="beat", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _end_now(why: str) -> None:
    logger.critical("%s: ending", why)
    faulthandler.dump_traceback(file=sys.stderr)
    logging.shutdown()
    os._exit(1)
