"""Assembles the miner: chain, services, dendrite and status server, on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from typing import Any

import httpx

from neurons.chain.opening import chain_worker
from neurons.miner.candidate_runner import CandidateRunner
from neurons.miner.delivery import Clock
from neurons.miner.health import Health
from neurons.miner.rules import MinerRules
from neurons.miner.scoring import OwnScoring
from neurons.miner.sync import MinerSync
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.miner.work import Miner
from neurons.services.generation import GenerationClient
from neurons.services.generation_pool import GenerationPool
from neurons.services.keys import key_file
from neurons.services.validation import ValidationPool
from neurons.settings import MinerSettings
from neurons.status import status_app, status_server
from neurons.wire.dendrite import Dendrite
from neurons.wire.synapses import NEURONS_VERSION
from serving.settings import ShellSettings
from serving.status import ServiceStatus
from serving.tasks import background
from serving.text import package_version

logger = logging.getLogger(__name__)


async def run(settings: MinerSettings, shell: ShellSettings, wallet: Any, stop: asyncio.Event) -> int:
    """Work until `stop` is set and return the exit status. Raises SettingsError for what an operator can fix."""
    hotkey, release = str(wallet.hotkey.ss58_address), int(NEURONS_VERSION)
    rules = MinerRules(min_stake=settings.neuron.min_stake_to_set_weights)
    clock = Clock(time.time, random.SystemRandom())
    validators = Validators(rules, clock.now, clock.rng, release)
    status = ServiceStatus(version=lambda: f"{package_version()} neurons {release}")
    metrics = MinerMetrics(status.registry)
    async with contextlib.AsyncExitStack() as stack:
        worker = chain_worker(settings.chain, wallet)
        stack.push_async_callback(worker.close)
        sync = MinerSync(worker, hotkey, validators, settings.neuron.sync_interval)
        pool = await _open_generation(settings, stack)
        validation = await _open_validation(settings, stack)
        scoring = OwnScoring(validation) if validation is not None else None
        health = Health(sync, validators, pool, metrics)
        status.not_ready = health.reasons
        metrics.add_gauges(validators, pool)
        await stack.enter_async_context(status_server(status_app("miner", shell, status), shell))
        dendrite = await stack.enter_async_context(Dendrite(wallet.hotkey, settings.chain.netuid))
        runner = CandidateRunner(pool, scoring, rules, clock, metrics)
        miner = Miner(dendrite, validators, pool, runner, rules, clock, metrics)
        logger.info("miner %s on subnet %d of %s", hotkey, settings.chain.netuid, settings.chain.network)
        work = [
            pool.run(),
            sync.follow_head(),
            sync.run(),
            health.log_progress(settings.neuron.log_info_interval),
        ]
        if validation is not None:
            work.append(validation.run())
        async with background(*work):
            await miner.run(stop)
    logger.info("stopped")
    return 0


async def _open_generation(settings: MinerSettings, stack: contextlib.AsyncExitStack) -> GenerationPool:
    auth = key_file(settings.generation.api_key_file)
    client = await stack.enter_async_context(httpx.AsyncClient(auth=auth, trust_env=False))
    return GenerationPool([GenerationClient(url, client) for url in settings.generation.endpoints], time.monotonic)


async def _open_validation(settings: MinerSettings, stack: contextlib.AsyncExitStack) -> ValidationPool | None:
    """Return the services with which the miner scores its candidates, None without --validation.endpoint."""
    if not settings.validation.endpoints:
        return None
    auth = key_file(settings.validation.api_key_file)
    client = await stack.enter_async_context(httpx.AsyncClient(auth=auth, trust_env=False))
    return ValidationPool(settings.validation.endpoints, client)
