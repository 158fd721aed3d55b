"""Where the axon listens and is reached: taken from the flags, and looked up only if they do not say."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from neurons.settings import ValidatorSettings, validator_settings
from neurons.validator.axon.listening import ListenAddress, find_listen_address
from neurons.validator.check import check
from neurons.validator.neuron import run
from serving.settings import SettingsError, ShellSettings

DEVNET = ["--subtensor.network", "devnet", "--devnet.path", "devnet.db"]


def settings(*flags: str) -> ValidatorSettings:
    return validator_settings(list(flags))


def find_address(*flags: str, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> ListenAddress:
    """Find the addresses, with services that `answer`; asking one is an error without it."""

    def unexpected(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"{request.url} was asked")

    return asyncio.run(find_listen_address(settings(*flags), httpx.MockTransport(answer or unexpected)))


def test_a_devnet_axon_is_announced_at_loopback() -> None:
    assert find_address(*DEVNET) == ListenAddress("0.0.0.0", 8092, "127.0.0.1", 8092)


def test_a_given_address_is_not_looked_up() -> None:
    flags = ("--axon.external_ip", "192.0.2.7", "--axon.external_port", "18092", "--axon.ip", "127.0.0.1")
    assert find_address(*flags) == ListenAddress("127.0.0.1", 8092, "192.0.2.7", 18092)


def test_the_first_service_that_answers_says_the_address() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503 if request.url.host == "checkip.amazonaws.com" else 200, text="192.0.2.8\n")

    assert find_address("--subtensor.network", "test", answer=answer).external_ip == "192.0.2.8"


@pytest.mark.parametrize("reply", [httpx.Response(503), httpx.Response(200, text="<html>")], ids=["503", "a page"])
def test_an_address_that_cannot_be_looked_up_is_an_error(reply: httpx.Response) -> None:
    with pytest.raises(SettingsError, match=r"give --axon\.external_ip"):
        find_address("--subtensor.network", "test", answer=lambda _request: reply)


def test_check_fails_if_the_address_is_unreachable(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        other = closed.getsockname()[1]
        found = check(
            settings(*DEVNET, "--axon.ip", "127.0.0.1", "--axon.port", str(free), "--axon.external_port", str(other))
        )
    printed = capsys.readouterr().out
    assert found == 1
    assert f"127.0.0.1:{other} cannot be reached from this machine" in printed
    assert f"nc -vz 127.0.0.1 {other}" in printed


def test_check_works_next_to_a_running_validator(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as running:
        port = running.getsockname()[1]
        assert check(settings(*DEVNET, "--axon.ip", "127.0.0.1", "--axon.port", str(port))) == 0
    assert "something already listens on" in capsys.readouterr().out


def test_the_unsupported_http_interface_is_refused(tmp_path: Path) -> None:
    chosen = settings(*DEVNET, "--public_api.server_enabled")
    with pytest.raises(SettingsError, match="not part of this version"):
        asyncio.run(run(chosen, ShellSettings(port=0), None, tmp_path, asyncio.Event()))
