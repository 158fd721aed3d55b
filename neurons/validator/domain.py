"""Assembles the validator's domain from its settings: state, validation services, prompts, archive, jobs and desk.

The SDK is not imported here: the validator's identity, its signing and its signature checks are passed in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from neurons.services.keys import key_file
from neurons.services.validation import ValidationPool
from neurons.settings import PublicApi, ValidatorSettings
from neurons.validator.archive import AssetArchive
from neurons.validator.prompts import CollectorClient, Prompts, keep_fresh
from neurons.validator.tasks.desk import Desk, DeskDependencies
from neurons.validator.tasks.jobs import AllowList, JobRules, OrganicJobs
from neurons.validator.tasks.live_state import LiveState
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import StateUnavailableError, Store
from neurons.validator.tasks.trust import Identity
from serving.lists import NotTextError
from serving.proxies import outgoing_client
from serving.schemas import new_job_id
from serving.settings import SettingsError
from serving.tasks import background

logger = logging.getLogger(__name__)

FORGET_S = 3600.0
"""Interval at which old state is dropped."""
DISK_CHECK_S = 5.0
"""Interval at which a state that could not be written is tried again, even if no miner calls."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The parts that the axon and the status page use."""

    desk: Desk
    pool: ValidationPool
    required_scorer: str

    @property
    def scorer_ok(self) -> bool:
        """Check whether all endpoints score with the scorer whose scores may become weights."""
        return self.pool.all_score_with(self.required_scorer)


@contextlib.asynccontextmanager
async def open_domain(
    settings: ValidatorSettings,
    state_dir: Path,
    me: Identity,
    sign: Callable[[bytes], str],
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Domain]:
    """Run the domain while the context lasts. On exit, finish the verdicts in progress.

    `sign` returns the hotkey's signature in base64.

    Raises StateDamagedError, StateUnavailableError, SettingsError, OSError or BadBatchError (prompt file), ValueError
    or ImportError (storage URL).
    """
    prompts = Prompts(settings.dataset.default_prompts_path, random.SystemRandom())
    auth = key_file(settings.validation.api_key_file)
    unlimited = httpx.Limits(max_connections=None)  # the pool has a limit of its own
    services = httpx.AsyncClient(auth=auth, limits=unlimited, trust_env=False)
    collectors = [endpoint] if (endpoint := settings.dataset.prompter.endpoint) else []
    internet = outgoing_client(collectors, timeout=30.0)  # may use a proxy, and sends no keys
    async with services, internet, contextlib.AsyncExitStack() as stack:
        archive = (
            AssetArchive(settings.storage.url, int(settings.storage.max_gb * 1e9), now)
            if settings.storage.url
            else None
        )
        if archive is not None:
            stack.push_async_callback(asyncio.to_thread, archive.close)
        pool = ValidationPool(settings.validation.endpoints, services)
        needs = DeskDependencies(
            judge=pool,
            next_prompt=prompts.next,
            new_task_id=new_job_id,
            keep_asset=archive.keep if archive else lambda _digest, _asset: None,
            now=now,
            strong_miners=settings.neuron.strong_miners_count,
        )
        rules = task_rules(settings)
        state = LiveState(Store(state_dir), rules, now)
        stack.push_async_callback(state.close)
        jobs = OrganicJobs(job_rules(settings.public_api), now, allowed(settings.public_api))
        desk = Desk(state, rules, me, needs, jobs)
        work = [pool.run(), _forget_old(state), _watch_disk(state)]
        if (prompter := settings.dataset.prompter).endpoint:
            collector = CollectorClient(prompter.endpoint.rstrip("/"), me.hotkey, sign, time.time_ns)
            work.append(keep_fresh(prompts, collector, internet, prompter.fetch_interval))
        await stack.enter_async_context(background(*work))
        yield Domain(desk, pool, settings.scorer)


def task_rules(settings: ValidatorSettings) -> TaskRules:
    """Return the rules of tasks, as set by the flags."""
    return TaskRules(
        task_timeout_s=settings.generation.task_timeout,
        task_cooldown_s=settings.generation.task_cooldown,
        min_cooldown_s=settings.generation.min_cooldown,
        average_alpha=settings.neuron.moving_average_alpha,
    )


def job_rules(api: PublicApi) -> JobRules:
    """Return the rules of organic work, as set by the flags."""
    return JobRules(
        copies=api.copies,
        wait_after_first_s=api.wait_after_first_copy,
        timeout_s=api.job_timeout,
        rate_requests=api.rate_limit.requests,
        rate_period_s=api.rate_limit.period,
    )


def allowed(api: PublicApi) -> Callable[[str], bool]:
    """Return a function that checks whether a hotkey may ask for organic work. Raises SettingsError."""
    if not api.enabled:
        return lambda _hotkey: False
    if api.whitelist_disabled:
        return lambda _hotkey: True
    assert api.whitelist is not None  # the settings check it
    try:
        return AllowList(api.whitelist).__contains__
    except (OSError, NotTextError) as error:
        raise SettingsError(f"--public_api.whitelist: {error}") from error


async def _forget_old(state: LiveState) -> None:
    while True:
        with contextlib.suppress(StateUnavailableError):  # which has been logged
            await state.forget_old()
        await asyncio.sleep(FORGET_S)


async def _watch_disk(state: LiveState) -> None:
    while True:
        await asyncio.sleep(DISK_CHECK_S)
        if state.problem:
            with contextlib.suppress(StateUnavailableError):
                await state.try_write()
