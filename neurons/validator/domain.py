"""Puts the validator's domain together from its settings: store, endpoints, prompts, storing, jobs, desk.

Knows no SDK: who the validator is, how it signs and how signatures are checked is passed in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from neurons.process import beside
from neurons.services.validation import ValidationPool
from neurons.settings import PublicApi, ValidatorSettings, bearer
from neurons.validator.archive import Storing
from neurons.validator.prompts import Collector, Prompts, keep_fresh
from neurons.validator.tasks.desk import Desk, Surroundings
from neurons.validator.tasks.jobs import AllowList, JobRules, Jobs
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Store
from neurons.validator.tasks.trust import Identity
from serving.schemas import new_job_id

logger = logging.getLogger(__name__)

FORGET_S = 3600.0
"""Between two rounds of dropping what is too old."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What the transport and the status page work with."""

    desk: Desk
    pool: ValidationPool
    storing: Storing | None


@contextlib.asynccontextmanager
async def open_domain(
    settings: ValidatorSettings,
    state_dir: Path,
    me: Identity,
    sign: Callable[[bytes], str],
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Domain]:
    """The domain, with its endpoints looked at once, working until the context ends; then what is being judged is
    finished. `sign` gives base64 of the hotkey's signature.

    Raises StateDamaged, SettingsError, OSError or BadBatch (prompt file), ValueError or ImportError (storage URL).
    """
    prompts = Prompts(settings.dataset.default_prompts_path, random.SystemRandom())
    keys, unlimited = bearer(settings.validation.api_key_file), httpx.Limits(max_connections=None)  # the pool limits
    client = httpx.AsyncClient(headers=keys, limits=unlimited, trust_env=False)
    outside = httpx.AsyncClient(timeout=30.0)  # through a proxy where there is one, and without our keys
    async with client, outside, contextlib.AsyncExitStack() as stack:
        storing = (
            Storing(settings.storage.url, int(settings.storage.max_gb * 1e9), now) if settings.storage.url else None
        )
        if storing is not None:
            stack.push_async_callback(asyncio.to_thread, storing.close)
        pool = ValidationPool(settings.validation.endpoints, client)
        around = Surroundings(
            judge=pool.judge,
            ready=lambda: pool.ready,
            scorer=lambda: pool.scorer,
            scorer_ok=lambda: pool.all_score_with(settings.scorer),
            next_prompt=prompts.next,
            new_id=new_job_id,
            now=now,
            keep=storing.keep if storing else lambda _digest, _asset: None,
            strong_miners=settings.neuron.strong_miners_count,
        )
        jobs = Jobs(job_rules(settings.public_api), now, allowed(settings.public_api))
        desk = Desk(Store(state_dir), task_rules(settings), me, around, jobs)
        stack.push_async_callback(desk.close)
        await pool.check()
        at_work = [pool.run(), _forget(desk)]
        if settings.dataset.prompter_endpoint:
            collector = Collector(settings.dataset.prompter_endpoint.rstrip("/"), me.hotkey, sign, time.time_ns)
            at_work.append(keep_fresh(prompts, collector, outside, settings.dataset.prompter_fetch_interval))
        await stack.enter_async_context(beside(at_work))
        yield Domain(desk, pool, storing)


def task_rules(settings: ValidatorSettings) -> TaskRules:
    """The rules of tasks, as the flags set them."""
    return TaskRules(
        task_timeout_s=settings.generation.task_timeout,
        task_cooldown_s=settings.generation.task_cooldown,
        min_cooldown_s=settings.generation.min_cooldown,
        average_alpha=settings.neuron.moving_average_alpha,
    )


def job_rules(api: PublicApi) -> JobRules:
    """The rules of organic work, as the flags set them."""
    return JobRules(
        copies=api.copies,
        wait_after_first_s=api.wait_after_first_copy,
        timeout_s=api.job_timeout,
        rate_requests=api.rate_limit_requests,
        rate_period_s=api.rate_limit_period,
    )


def allowed(api: PublicApi) -> Callable[[str], bool]:
    """Who may ask for organic work."""
    if not api.enabled:
        return lambda _hotkey: False
    return (lambda _hotkey: True) if api.whitelist_disabled else AllowList(api.whitelist).__contains__


async def _forget(desk: Desk) -> None:
    while True:
        try:
            await desk.forget()
        except sqlite3.Error:  # a full disk, say: miners are refused meanwhile, not forgotten
            logger.exception("old state could not be dropped")
        await asyncio.sleep(FORGET_S)
