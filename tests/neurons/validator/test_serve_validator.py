"""The validator as a process with real flags, wallet, devnet, axon and signatures; only the judge is fake."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.opening import open_wallet
from neurons.chain.settings import WalletSettings
from neurons.chain.wallets import make_wallet
from neurons.messages import SubmitReply, Task
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import CallRefusedError, Peer
from serving.app import ShellLimits, create_shell
from serving.settings import ShellSettings
from serving.status import ServiceStatus
from tests.eventually import eventually

TASKS = 100
SPZ = "H4sIAAAAAAAAA3N0AgAAAP//"
"""Any base64: the fake judge does not decode it."""


def judge(scored: Any) -> FastAPI:
    """Return a validation service that scores every asset 0.9 and gives each a fingerprint of its own."""
    status = ServiceStatus(version=lambda: "1.0.0 three-gen-small@1+fp32 cpu-native", busy=lambda: False)
    app = create_shell("judge", ShellSettings(port=0), status, ShellLimits(max_body_bytes=1 << 20))
    numbers = iter(range(1_000_000))

    @app.post("/validate/")
    async def validate() -> Any:
        return scored(0.9, str(next(numbers)).encode())

    return app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A devnet with a validator and a miner. Starts and stops the validator."""

    folder: Path
    root: Path
    judge_url: str
    axon_port: int
    status_port: int

    def flags(self, *more: str) -> list[str]:
        return [
            *("--subtensor.network", "devnet", "--devnet.path", str(self.folder / "devnet.db")),
            *("--wallet.path", str(self.folder / "wallets"), "--wallet.name", "local", "--wallet.hotkey", "validator"),
            *("--axon.ip", "127.0.0.1", "--axon.port", str(self.axon_port)),
            *("--neuron.http_port", str(self.status_port), "--neuron.sync_interval", "1"),
            *("--neuron.weight_set_interval", "4", "--validation.endpoint", self.judge_url, "--logging.json"),
            *("--generation.task_cooldown", "0", "--generation.min_cooldown", "0", *more),
        ]

    def start(
        self, *more: str, folder: str = ".", wrapper: Sequence[str] = (), **options: Any
    ) -> subprocess.Popen[str]:
        """Start serve_validator.py from the repository's root or from its own folder.

        `wrapper` is a command that runs the one that follows it; `options` are those of Popen.
        """
        script = "neurons/serve_validator.py" if folder == "." else "serve_validator.py"
        command = [*wrapper, sys.executable, script, *self.flags(*more)]
        env = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.Popen(command, cwd=self.root / folder, env=env, stderr=subprocess.PIPE, text=True, **options)

    @contextlib.contextmanager
    def running(self, *more: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
        """Start the validator and wait until it is ready; kill it at the end if it still runs."""
        with self.start(*more, **options) as child:
            try:
                eventually(lambda: child.poll() is not None or self.get("/ready/") == 200)
                assert child.poll() is None, child.communicate()[1]
                yield child
            finally:
                child.kill()

    def get(self, path: str) -> int:
        try:
            return httpx.get(f"http://127.0.0.1:{self.status_port}{path}", timeout=5, trust_env=False).status_code
        except httpx.TransportError:
            return 0

    def text(self, path: str) -> str:
        return httpx.get(f"http://127.0.0.1:{self.status_port}{path}", timeout=5, trust_env=False).text

    def stop(self, child: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> str:
        """Stop the validator by a signal and return its log."""
        child.send_signal(number)
        err = child.communicate(timeout=40)[1]
        assert child.returncode == 0, err
        return err

    def chain(self, hotkey: str = "") -> Devnet:
        return Devnet(self.folder / "devnet.db", hotkey)

    def mine(self, story: Callable[[Dendrite, Peer], Any]) -> Any:
        """Run `story(dendrite, peer)` as a miner with its own wallet, and return its result."""
        wallet = open_wallet(WalletSettings(name="local", hotkey="miner", path=self.folder / "wallets"))
        validator = open_wallet(
            WalletSettings(name="local", hotkey="validator", path=self.folder / "wallets")
        ).hotkey.ss58_address

        async def connect() -> Any:
            async with Dendrite(wallet.hotkey, 17) as dendrite:
                return await story(dendrite, Peer(validator, "127.0.0.1", self.axon_port, 5000.0))

        return asyncio.run(connect())


@pytest.fixture
def site(tmp_path: Path, root: Path, live: Any, scored: Any) -> Iterator[Site]:
    rules = Rules(
        block_time_s=0.1, tempo=8, weights_rate_limit=3, serve_rate_limit=1, immunity_blocks=10_000, allow_loopback=True
    )
    Ledger.create(tmp_path / "devnet.db", rules, time.time())
    for name in ("validator", "miner"):
        hotkey = make_wallet(tmp_path / "wallets", "local", name)
        chain = Devnet(tmp_path / "devnet.db", hotkey)
        chain.fund("cold", 10.0)
        assert chain.register("cold").ok
        if name == "validator":
            chain.set_stake(5000.0)
        chain.close()
    with live(judge(scored)) as url:
        yield Site(tmp_path, root, url, free_port(), free_port())


async def one_task(dendrite: Dendrite, peer: Peer) -> tuple[Task, SubmitReply]:
    pulled = await dendrite.pull(peer)
    assert pulled.task is not None
    return pulled.task, await dendrite.submit(peer, pulled.task, SPZ)


def test_a_validator_from_pull_to_weights_on_the_chain(site: Site) -> None:
    with site.running("--neuron.auto_update_disabled") as child:
        task, answer = site.mine(one_task)
        assert (answer.score, answer.task_fidelity_score, answer.generations_within_8_hours) == (0.9, 1.0, 1)
        chain = site.chain()
        assert eventually(chain.weights) == {0: {1: 65_535}}  # committed, then revealed by an epoch
        chain.close()
        page = httpx.get(f"http://127.0.0.1:{site.status_port}/miners/", trust_env=False).json()
        (miner,) = page["miners"]
        assert (miner["uid"], miner["accepted"], miner["reward"], miner["weight"]) == (1, 1, 1.0, 1.0)
        metrics = site.text("/metrics")
        assert 'axon_replies_total{code="ok",synapse="submit"} 1.0' in metrics
        assert miner["hotkey"] not in metrics
        assert task.prompt not in metrics
        assert "three-gen validator" in site.text("/")
        assert site.text("/version/") == '"1.0.0 neurons 10000"'
        log = site.stop(child)
    assert log.count("these flags no longer have an effect: --neuron.auto_update_disabled") == 1
    assert task.prompt not in log
    folder = site.folder / "miners/local/validator/netuid17/validator"
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}


@pytest.mark.slow
def test_idle_connections_of_a_stranger_do_not_keep_miners_out(site: Site) -> None:
    files = 400

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with site.running(preexec_fn=limited) as child, contextlib.ExitStack() as stack:
        for _ in range(files + 50):
            stack.enter_context(socket.create_connection(("127.0.0.1", site.axon_port), 30))
        assert site.get("/health/") == 200
        _, answer = site.mine(one_task)
        assert answer.task_fidelity_score == 1.0
        log = site.stop(child)
    assert "accept" not in log


@contextlib.contextmanager
def failing_writes(child: subprocess.Popen[str]) -> Iterator[None]:
    """Let all writes of a process to files fail during the block."""
    limits = resource.prlimit(child.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, limits)


async def refused_pull(dendrite: Dendrite, peer: Peer) -> CallRefusedError:
    with pytest.raises(CallRefusedError) as caught:
        await dendrite.pull(peer)
    return caught.value


@pytest.mark.slow
def test_a_disk_that_cannot_be_written_is_logged_once_and_used_again_when_it_can(site: Site) -> None:
    with site.running() as child:
        with failing_writes(child):
            for _ in range(3):
                refused = site.mine(refused_pull)
                assert (refused.status, refused.retry_after_s) == (500, 30.0)
            assert site.get("/ready/") == 503
            assert "the state cannot be used: the disk reports an error" in site.text("/ready/")
        eventually(lambda: site.get("/ready/") == 200)
        assert site.mine(one_task)[1].task_fidelity_score == 1.0
        log = site.stop(child)
    assert log.count("the state cannot be used") == log.count("the state can be written again") == 1


@pytest.fixture
def small_disk(site: Site) -> list[str]:
    """Return the start of a command that sees a disk of 2 MB in place of the folder of states."""
    folder = site.folder / "miners"
    folder.mkdir()
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount += [f'mount -t tmpfs -o size=2m none "{folder}" && exec "$@"', "sh"]
    try:
        subprocess.run([*mount, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    return mount


@pytest.mark.slow
def test_a_full_disk_is_called_full_while_running_and_at_the_start(site: Site, small_disk: list[str]) -> None:
    with site.running(wrapper=small_disk) as child:
        filler = Path(f"/proc/{child.pid}/root{site.folder}/miners/filler")
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        eventually(lambda: fails(site), every_s=0.2)
        assert "the state cannot be used: the disk is full" in site.text("/ready/")
        filler.unlink()
        eventually(lambda: site.get("/ready/") == 200)
        assert site.mine(one_task)[1].task_fidelity_score == 1.0
        site.stop(child)
    fill = ["sh", "-c", f'dd if=/dev/zero of="{site.folder}/miners/filler" 2>/dev/null; exec "$@"', "sh"]
    with site.start(wrapper=[*small_disk, *fill]) as child:
        err = child.communicate(timeout=60)[1]
    assert child.returncode in (1, 2)
    assert "the disk is full" in err
    assert "move it aside" not in err


def fails(site: Site) -> bool:
    """Pull until the state, which may have some room left, cannot be written."""
    with contextlib.suppress(CallRefusedError):
        site.mine(one_task)
    return site.get("/ready/") == 503


@pytest.mark.slow
def test_accepted_results_survive_a_kill(site: Site) -> None:
    with site.running(folder="neurons") as child:  # from its own folder
        task, answer = site.mine(one_task)
        child.kill()
        child.wait()

    async def again(dendrite: Dendrite, peer: Peer) -> SubmitReply:
        return await dendrite.submit(peer, task, SPZ)

    with site.running() as child:
        assert site.mine(again) == answer
        site.stop(child, signal.SIGTERM)


def test_a_port_in_use_is_an_error(site: Site) -> None:
    with socket.create_server(("127.0.0.1", site.axon_port)), site.start() as child:
        err = child.communicate(timeout=60)[1]
    assert child.returncode == 2
    assert f"cannot listen on 127.0.0.1:{site.axon_port}" in err


@pytest.mark.slow
def test_an_unregistered_validator_waits_and_says_why(site: Site) -> None:
    with site.start("--wallet.hotkey", make_unregistered(site)) as child:
        try:
            eventually(lambda: site.get("/ready/") == 503 and "is not registered on subnet 17" in site.text("/ready/"))
            err = site.stop(child)
        finally:
            child.kill()
    assert err.count("is not registered on subnet 17") == 1


def make_unregistered(site: Site) -> str:
    make_wallet(site.folder / "wallets", "local", "nobody")
    return "nobody"


def test_check_reports_that_the_port_can_be_reached(site: Site) -> None:
    command = [sys.executable, "neurons/serve_validator.py", *site.flags("--check")]
    done = subprocess.run(command, cwd=site.root, capture_output=True, text=True, check=True)
    assert f"127.0.0.1:{site.axon_port} can be reached from this machine" in done.stdout
    assert f"nc -vz 127.0.0.1 {site.axon_port}" in done.stdout


@pytest.mark.slow
def test_a_damaged_state_is_an_error_and_is_not_changed(site: Site) -> None:
    folder = site.folder / "miners/local/validator/netuid17/validator"
    folder.mkdir(parents=True)
    (folder / "state.db").write_bytes(b"not a database, but long enough to look like one" * 100)
    with site.start() as child:
        err = child.communicate(timeout=60)[1]
    assert child.returncode == 2
    assert "move it aside to start with an empty state" in err


@pytest.mark.slow
def test_memory_and_sockets_stay_flat_over_500_tasks(site: Site) -> None:
    async def tasks(dendrite: Dendrite, peer: Peer) -> None:
        for _ in range(TASKS):
            _, answer = await one_task(dendrite, peer)
            assert answer.task_fidelity_score == 1.0

    with site.running() as child:
        process = Path(f"/proc/{child.pid}")

        def used() -> tuple[int, int]:
            rss = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS"))
            return int(rss.split()[1]), len(list((process / "fd").iterdir()))

        site.mine(tasks)  # everything is loaded and every cache filled
        rss, descriptors = used()
        for _ in range(500 // TASKS):
            site.mine(tasks)
        after_rss, after_descriptors = used()
        assert after_rss < 1.05 * rss
        assert after_descriptors <= descriptors + 2
        site.stop(child)
