"""A pool of generation services, each of which does one job at a time.

The first splat of a task has priority over further candidates for other tasks. A service that becomes unavailable gets
no job until it is ready again; it is checked every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from neurons.services.generation import ServiceUnavailableError
from serving.changes import ChangeLog

logger = logging.getLogger(__name__)

CHECK_S = 5.0
"""Time between checks of a service that is not ready."""


class Service(Protocol):
    """One generation service; see `neurons.services.generation.GenerationClient`."""

    @property
    def url(self) -> str:
        """Its base URL."""
        ...

    async def problem(self) -> str:
        """Return why it cannot take work now, "" if it can."""
        ...

    async def generate(self, prompt: str, seed: int) -> bytes:
        """Return a splat. Raises GenerationError."""
        ...


@dataclass(eq=False, slots=True)
class Slot:
    """A service's capacity for one job; `busy_s` is the total time it has worked."""

    service: Service
    ready: bool = False
    acquired: bool = False
    busy_s: float = 0.0
    problem: str = ""  # why it was not ready when it was last checked
    log: ChangeLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = ChangeLog(logger, f"{self.service.url} is ready", problem="not checked yet")


class GenerationPool:
    """Slots of all services. `run` must be running; `now` returns seconds of any clock."""

    def __init__(self, services: Sequence[Service], now: Callable[[], float]) -> None:
        self.slots = [Slot(service) for service in services]
        self._now = now
        self._first: deque[asyncio.Future[Slot]] = deque()
        self._others: deque[asyncio.Future[Slot]] = deque()

    @property
    def ready(self) -> int:
        """Number of services that are ready."""
        return sum(slot.ready for slot in self.slots)

    @property
    def busy(self) -> int:
        """Number of services that are working."""
        return sum(slot.acquired for slot in self.slots)

    @property
    def busy_s(self) -> float:
        """Total working time of all services, in seconds."""
        return sum(slot.busy_s for slot in self.slots)

    async def acquire(self, *, first: bool) -> Slot:
        """Wait for a free slot, for the `first` splat of a task or a further one. Release it afterwards."""
        slot = next((slot for slot in self.slots if slot.ready and not slot.acquired), None)
        if slot is not None:
            slot.acquired = True
            return slot
        waiting: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        queue = self._first if first else self._others
        queue.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():  # it received a slot at the same moment
                self.release(waiting.result())
            else:
                queue.remove(waiting)
            raise

    def release(self, slot: Slot) -> None:
        """Free the slot, for the next in the queue."""
        slot.acquired = False
        self._assign(slot)

    async def generate(self, slot: Slot, prompt: str, seed: int, limit_s: float | None = None) -> bytes:
        """Return a splat made with an acquired slot. Raises GenerationError.

        A service that is unavailable, or takes longer than `limit_s`, gets no further job until it is ready again.
        """
        started = self._now()
        try:
            async with asyncio.timeout(limit_s):
                return await slot.service.generate(prompt, seed)
        except ServiceUnavailableError as error:
            self._suspend(slot, error)
            raise
        except TimeoutError as error:
            unavailable = ServiceUnavailableError(f"no splat within {limit_s:.0f} s")
            self._suspend(slot, unavailable)
            raise unavailable from error
        finally:
            slot.busy_s += self._now() - started

    async def run(self) -> None:
        """Check the services that are not ready, until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(CHECK_S)

    async def check(self) -> None:
        """Check every service that is not ready, once."""
        await asyncio.gather(*(self._check_slot(slot) for slot in self.slots if not slot.ready))

    async def _check_slot(self, slot: Slot) -> None:
        problem = slot.problem = await slot.service.problem()
        slot.log.note(f"{slot.service.url} is not ready: {problem}" if problem else "")
        if not problem:
            slot.ready = True
            self._assign(slot)

    def _suspend(self, slot: Slot, reason: ServiceUnavailableError) -> None:
        slot.ready = False
        slot.log.note(f"{slot.service.url} is not used until it is ready again: {reason}")

    def _assign(self, slot: Slot) -> None:
        """Assign a free slot to the next in the queue."""
        if not slot.ready or slot.acquired:
            return
        for queue in (self._first, self._others):
            while queue:
                if not (waiting := queue.popleft()).done():
                    slot.acquired = True
                    waiting.set_result(slot)
                    return
