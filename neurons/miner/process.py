"""A miner put together from its settings, beside its status server and its eye on the chain."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

import httpx

from neurons.chain.opening import chain_worker, open_wallet
from neurons.clients import GenerationService
from neurons.miner.craft import Workshop
from neurons.miner.delivery import Clock
from neurons.miner.generation import Generators
from neurons.miner.health import Health
from neurons.miner.rules import MinerRules
from neurons.miner.scoring import Scoring
from neurons.miner.sync import ChainEye
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.miner.work import Miner
from neurons.process import sole_owner, state_folder
from neurons.settings import MinerSettings, bearer
from neurons.status import status_app, status_server
from neurons.validator.endpoints import ValidationPool
from serving.settings import ShellSettings
from serving.versions import package_version
from serving.vitals import Vitals

logger = logging.getLogger(__name__)


async def mine(settings: MinerSettings, shell: ShellSettings, stop: asyncio.Event) -> int:
    """Works until `stop` is set; the exit status. Raises SettingsError, or what ended it."""
    from neurons.miner.dendrite import Dendrite  # noqa: PLC0415  loads the SDK
    from neurons.protocol import NEURONS_VERSION  # noqa: PLC0415

    wallet = open_wallet(settings.wallet)
    hotkey = str(wallet.hotkey.ss58_address)
    dice = random.SystemRandom()
    rules = MinerRules(min_stake=settings.neuron.min_stake_to_set_weights)
    validators = Validators(rules, time.time, dice, int(NEURONS_VERSION))
    eye = ChainEye(chain_worker(settings, wallet), hotkey, validators, settings.neuron.sync_interval)
    vitals = Vitals(version=lambda: f"{package_version()} {hotkey}")
    metrics = MinerMetrics(vitals.registry)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(sole_owner(state_folder(settings, "miner")))
        stack.push_async_callback(eye.close)
        generators, scoring, endless = await _services(settings, stack)
        metrics.watch(validators, generators)
        health = Health(eye, validators, generators, metrics)
        vitals.not_ready = health.reasons
        await stack.enter_async_context(status_server(status_app("three-gen miner", shell, vitals), shell))
        dendrite = await stack.enter_async_context(Dendrite(wallet.hotkey, settings.netuid))
        clock = Clock(time.time, dice)
        workshop = Workshop(generators, scoring, rules, clock, metrics)
        miner = Miner(dendrite, validators, generators, workshop, rules, clock, metrics)
        logger.info("miner %s on subnet %d of %s", hotkey, settings.netuid, settings.subtensor.network)
        progress = health.tell_for_ever(settings.neuron.log_info_interval)
        async with _beside([*endless, generators.run(), eye.run(), progress]):
            await miner.run(stop)
    return 0


async def _services(
    settings: MinerSettings, stack: contextlib.AsyncExitStack
) -> tuple[Generators, Scoring | None, Sequence[Coroutine[Any, Any, None]]]:
    """The generation services, one's own scoring if there is any, and what has to run for it."""
    keys = bearer(settings.generation.api_key_file)
    client = await stack.enter_async_context(httpx.AsyncClient(headers=keys, trust_env=False))
    generators = Generators([GenerationService(url, client) for url in settings.generation.endpoints], time.monotonic)
    if not settings.validation.endpoints:
        return generators, None, ()
    keys = bearer(settings.validation.api_key_file)
    client = await stack.enter_async_context(httpx.AsyncClient(headers=keys, trust_env=False))
    pool = ValidationPool(settings.validation.endpoints, client)
    return generators, Scoring(pool), [pool.run()]


@contextlib.asynccontextmanager
async def _beside(endless: Sequence[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Runs what is endless while the context lasts; what ends it nevertheless ends the context with its error."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in endless]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
