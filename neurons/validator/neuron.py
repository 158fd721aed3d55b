"""Assembles the validator: chain, domain, axon and status server on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from neurons.chain.clock import ChainClock
from neurons.chain.contract import Snapshot
from neurons.chain.opening import chain_worker
from neurons.chain.signing import sign, verify
from neurons.chain.sync import ChainSync
from neurons.chain.worker import ChainWorker
from neurons.process import DRAIN_S
from neurons.services.validation import ValidationPool
from neurons.settings import ValidatorSettings
from neurons.status import status_app, status_server
from neurons.validator.axon.handlers import Handlers
from neurons.validator.axon.listening import ListenAddress, axon_server, find_listen_address
from neurons.validator.domain import Domain, allowed, open_domain, task_rules
from neurons.validator.pages import status_pages
from neurons.validator.prompts import BadBatchError
from neurons.validator.registration import Announcer
from neurons.validator.tasks.state import StateDamagedError, StateUnavailableError
from neurons.validator.tasks.trust import Identity
from neurons.validator.telemetry import Counters, Telemetry
from neurons.validator.weights import WeightRules, WeightSetter
from neurons.wire.axon import Axon
from neurons.wire.senders import SenderRules
from neurons.wire.synapses import NEURONS_VERSION
from serving.server import bind
from serving.settings import SettingsError, ShellSettings
from serving.status import ServiceStatus
from serving.tasks import background, run_until
from serving.text import format_address, package_version

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Validator:
    """The validator's running parts."""

    axon: Axon
    sync: ChainSync
    clock: ChainClock
    announcer: Announcer
    weights: WeightSetter
    telemetry: Telemetry


async def run(settings: ValidatorSettings, shell: ShellSettings, wallet: Any, folder: Path, stop: asyncio.Event) -> int:
    """Serve until `stop` is set and return the exit status. Raises SettingsError for what an operator can fix."""
    if settings.public_api.server_enabled:
        raise SettingsError("--public_api.server_enabled: the HTTP interface is not part of this version")
    address = await run_until(stop.wait(), find_listen_address(settings))
    if address is None:
        return 0
    telemetry: Telemetry | None = None  # until the validator is assembled
    status = ServiceStatus(
        version=lambda: f"{package_version()} neurons {int(NEURONS_VERSION)}",
        not_ready=lambda: telemetry.not_ready() if telemetry else ["the validator is starting"],
    )
    pages = status_pages(lambda: telemetry, task_rules(settings))
    async with contextlib.AsyncExitStack() as stack:
        # Take both ports, so that a port in use is an error before anything else happens.
        listener = stack.enter_context(contextlib.closing(bind(address.ip, address.port)))
        await stack.enter_async_context(status_server(status_app("validator", shell, status, pages), shell))

        # Open the chain and the state, and connect the parts.
        chain = chain_worker(settings.chain, wallet)
        stack.push_async_callback(chain.close)
        me = Identity(
            settings.chain.netuid, wallet.hotkey.ss58_address, verify, settings.neuron.require_bound_signature
        )
        try:
            domain = await _open_domain(stack, settings, folder, me, partial(sign, wallet.hotkey))
        except StateUnavailableError as error:
            logger.critical("the validator cannot start: %s", error)
            return 1
        validator = assemble(settings, wallet, address, chain, domain, Counters(status.registry))
        telemetry = validator.telemetry
        telemetry.register_gauges(status.registry)

        # Serve once the subnet is known and the validation services have been asked, until `stop` is set.
        await run_until(stop.wait(), _look_around(validator.sync, domain.pool))
        if not stop.is_set():
            async with axon_server(validator.axon, listener, DRAIN_S):
                await serve(settings, validator, address, stop)
                status.draining = True
    logger.info("stopped")
    return 0


async def _look_around(sync: ChainSync, pool: ValidationPool) -> None:
    await sync.wait_for_snapshot()
    await pool.check()  # or the first miners would be sent away although a service is ready


async def _open_domain(
    stack: contextlib.AsyncExitStack,
    settings: ValidatorSettings,
    folder: Path,
    me: Identity,
    sign_message: Callable[[bytes], str],
) -> Domain:
    """Open the domain.

    Raises SettingsError for a damaged state, an unusable prompt file or an unusable storage URL, and
    StateUnavailableError for a state that can be used again once the disk has room, for instance.
    """
    try:
        return await stack.enter_async_context(open_domain(settings, folder, me, sign_message))
    except (StateDamagedError, BadBatchError, OSError, ValueError, ImportError) as error:
        raise SettingsError(str(error)) from error


async def serve(settings: ValidatorSettings, validator: Validator, address: ListenAddress, stop: asyncio.Event) -> None:
    """Run the background work until `stop` is set: the axon is already served."""
    local, external = (address.ip, address.port), (address.external_ip, address.external_port)
    logger.info("axon on %s, reached at %s", format_address(*local), format_address(*external))

    async def on_head(height: int) -> None:
        await validator.clock.note_block()
        await validator.weights.consider(height)

    async with background(
        validator.sync.follow_head(on_head),
        validator.announcer.run(settings.neuron.sync_interval),
        log_progress(validator.telemetry, settings.neuron.log_info_interval),
    ):
        await stop.wait()


def assemble(
    settings: ValidatorSettings,
    wallet: Any,
    address: ListenAddress,
    chain: ChainWorker,
    domain: Domain,
    counters: Counters,
) -> Validator:
    """Connect the parts to each other. Nothing runs yet."""
    hotkey, desk, api = str(wallet.hotkey.ss58_address), domain.desk, settings.public_api
    handlers = Handlers(desk, api.polling_interval, lambda: domain.pool.version, counters.count_reply)
    senders = SenderRules(hotkey, handlers.store_nonce, allowed(api) if api.enabled else None)

    async def on_snapshot(snapshot: Snapshot) -> None:
        senders.snapshot = snapshot
        await desk.update_subnet(snapshot)

    sync = ChainSync(chain, hotkey, on_snapshot)
    clock = ChainClock(chain)
    announcer = Announcer(sync, (address.external_ip, address.external_port))
    rules = WeightRules(
        settings.neuron.weight_set_interval, settings.neuron.min_stake_to_set_weights, int(NEURONS_VERSION)
    )
    weights = WeightSetter(chain, hotkey, rules, desk.state.compute_weights, lambda: domain.scorer_ok)
    axon = Axon(handlers.by_message(), senders, desk.state.may_send_large, counters.count_refusal)

    def clock_problem() -> str:
        return clock.problem() or senders.times.problem()

    telemetry = Telemetry(domain, sync, announcer, weights, counters, lambda: axon.active_requests, clock_problem)
    return Validator(axon, sync, clock, announcer, weights, telemetry)


async def log_progress(telemetry: Telemetry, interval_s: float) -> None:
    """Log a line of progress periodically, until cancelled."""
    while True:
        await asyncio.sleep(interval_s)
        telemetry.log()
