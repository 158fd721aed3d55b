"""Wait in tests for something that another thread, task or process brings about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], timeout_s: float = 60.0, every_s: float = 0.02) -> T:
    """Return the condition's value once it is true. Raises AssertionError if that takes longer than `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not true within {timeout_s:g} s"
        time.sleep(every_s)
    return value


async def eventually_async(condition: Callable[[], T], timeout_s: float = 60.0, every_s: float = 0.0) -> T:
    """Return the condition's value once it is true, as `eventually`, without blocking the event loop."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not true within {timeout_s:g} s"
        await asyncio.sleep(every_s)
    return value
