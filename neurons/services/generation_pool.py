"""The generation services of a miner, each doing one job at a time. Who asks for the first splat of a task goes first.

A service that goes away is asked again and again whether it is back, and gets no job until then. Knows no validator.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from neurons.services.generation import ServiceAway

logger = logging.getLogger(__name__)

CHECK_S = 5.0
"""Between looks at a service that is away."""


class Service(Protocol):
    """One generation service: see `neurons.services.generation.GenerationService`."""

    @property
    def url(self) -> str:
        """Its address."""
        ...

    async def ready(self) -> bool:
        """Whether it can take work now."""
        ...

    async def generate(self, prompt: str, seed: int) -> bytes:
        """A splat. Raises GenerationError."""
        ...


@dataclass(eq=False, slots=True)
class Slot:
    """A place to generate at; `busy_s` is how long it has been at work in all."""

    service: Service
    up: bool = False
    taken: bool = False
    busy_s: float = 0.0


class Generators:
    """All services. `run` must be running; `now` gives seconds of any clock."""

    def __init__(self, services: Sequence[Service], now: Callable[[], float]) -> None:
        self.slots = [Slot(service) for service in services]
        self._now = now
        self._first: deque[asyncio.Future[Slot]] = deque()
        self._others: deque[asyncio.Future[Slot]] = deque()

    @property
    def up(self) -> int:
        """How many can work."""
        return sum(slot.up for slot in self.slots)

    @property
    def busy(self) -> int:
        """How many are at work."""
        return sum(slot.taken for slot in self.slots)

    @property
    def busy_s(self) -> float:
        """How long all have been at work, in all."""
        return sum(slot.busy_s for slot in self.slots)

    async def take(self, *, first: bool) -> Slot:
        """A place, as soon as there is one: for the first splat of a task, or for another one. Give it back."""
        slot = next((slot for slot in self.slots if slot.up and not slot.taken), None)
        if slot is not None:
            slot.taken = True
            return slot
        waiting: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        queue = self._first if first else self._others
        queue.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self.give_back(waiting.result())
            else:
                queue.remove(waiting)
            raise

    def give_back(self, slot: Slot) -> None:
        """The place is free for the next one."""
        slot.taken = False
        self._hand_on(slot)

    async def generate(self, slot: Slot, prompt: str, seed: int, limit_s: float | None = None) -> bytes:
        """A splat made at a place that was taken. Raises GenerationError; a service that is away, or takes longer than
        `limit_s`, is left out then."""
        started = self._now()
        try:
            async with asyncio.timeout(limit_s):
                return await slot.service.generate(prompt, seed)
        except ServiceAway as error:
            self._leave_out(slot, error)
            raise
        except TimeoutError as error:
            hangs = ServiceAway(f"it hangs: no splat within {limit_s:.0f} s")
            self._leave_out(slot, hangs)
            raise hangs from error
        finally:
            slot.busy_s += self._now() - started

    async def run(self) -> None:
        """Looks at every service that is away, again and again, for ever."""
        while True:
            await self.check()
            await asyncio.sleep(CHECK_S)

    async def check(self) -> None:
        """Looks once at every service that is away."""
        await asyncio.gather(*(self._look(slot) for slot in self.slots if not slot.up))

    async def _look(self, slot: Slot) -> None:
        if await slot.service.ready():
            logger.info("%s is ready", slot.service.url)
            slot.up = True
            self._hand_on(slot)

    def _leave_out(self, slot: Slot, why: ServiceAway) -> None:
        slot.up = False
        logger.warning("%s is left out until it is ready: %s", slot.service.url, why)

    def _hand_on(self, slot: Slot) -> None:
        if not slot.up or slot.taken:
            return
        for queue in (self._first, self._others):
            while queue:
                if not (waiting := queue.popleft()).done():
                    slot.taken = True
                    waiting.set_result(slot)
                    return
