from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mocks.cheats import noise
from splats.codecs import encode_ply, encode_spz
from splats.model import Splats
from validation.assets.prepare import Prepared, prepare
from validation.assets.render_spec import RenderSpec
from validation.assets.worker import Worker, WorkerLimits
from validation.errors import RejectedError, UnsupportedError, WorkerLostError

SPEC = RenderSpec(32, 2, "cpu")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    running = Worker(SPEC, WorkerLimits(timeout_s=60))
    yield running
    running.close()


@pytest.fixture(scope="module")
def asset(honest: Splats) -> bytes:
    return encode_spz(honest)


def test_it_prepares_as_the_function_does(worker: Worker, asset: bytes) -> None:
    found: Prepared = worker.call("prepare", asset, 7, False)
    expected = prepare(asset, 7, RenderSpec(32, 2))
    assert np.array_equal(found.views, expected.views)
    assert found.measures == expected.measures
    assert found.fingerprint == expected.fingerprint


def test_it_names_its_renderer(worker: Worker) -> None:
    if not worker.renderer:
        worker.wait_ready()
    assert worker.renderer.startswith("cpu")


def test_refusals_come_through(worker: Worker) -> None:
    with pytest.raises(RejectedError) as caught:
        worker.call("prepare", b"nonsense", 0, False)
    assert caught.value.code == "unknown_format"
    with pytest.raises(UnsupportedError):
        worker.call("convert", b"", "glb", {})


def test_a_lost_worker_is_replaced_and_the_next_asset_is_done(worker: Worker, asset: bytes) -> None:
    worker.call("prepare", asset, 0, False)
    lost = worker.pid
    os.kill(lost, signal.SIGKILL)
    with pytest.raises(WorkerLostError, match="ended during prepare"):
        worker.call("prepare", asset, 0, False)
    assert isinstance(worker.call("prepare", asset, 0, False), Prepared)
    assert worker.pid != lost


def test_a_stop_signal_leaves_it_at_work(worker: Worker, asset: bytes) -> None:
    worker.call("prepare", asset, 0, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(worker.pid, number)
    assert isinstance(worker.call("prepare", asset, 0, False), Prepared)


@pytest.mark.slow
def test_an_asset_past_the_time_limit_costs_only_itself(asset: bytes) -> None:
    hasty = Worker(SPEC, WorkerLimits(timeout_s=0.001))
    try:
        hasty.wait_ready()
        with pytest.raises(WorkerLostError, match="did not answer"):
            hasty.call("prepare", asset, 0, False)
        hasty.wait_ready()
    finally:
        hasty.close()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory limit needs Linux")
def test_an_asset_past_the_memory_limit_costs_only_itself(asset: bytes) -> None:
    small = Worker(SPEC, WorkerLimits(timeout_s=60, memory_mib=64))
    try:
        with pytest.raises(WorkerLostError):
            small.call("prepare", encode_ply(noise(1_000_000)), 0, False)
        assert isinstance(small.call("prepare", asset, 0, False), Prepared)
    finally:
        small.close()


@pytest.mark.slow
def test_a_closed_worker_stays_closed(asset: bytes) -> None:
    closed = Worker(SPEC, WorkerLimits())
    closed.wait_ready()
    closed.close()
    with pytest.raises(WorkerLostError):
        closed.call("prepare", asset, 0, False)


@pytest.mark.slow
def test_a_worker_that_cannot_start_says_so() -> None:
    broken = Worker(RenderSpec(32, 2, "no-such-device"), WorkerLimits())
    try:
        with pytest.raises(WorkerLostError, match="did not start"):
            broken.wait_ready()
    finally:
        broken.close()
