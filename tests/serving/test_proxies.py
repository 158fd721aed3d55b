"""The environment's proxies: which address goes through which, and variables that cannot be used."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from serving.proxies import outgoing_client, proxy_of
from serving.settings import SettingsError

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_another_machine_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, PROXY)
    assert proxy_of("http://collector.example:9100/get") == PROXY


@pytest.mark.parametrize(
    ("url", "variable"),
    [
        ("https://a.example", "HTTPS_PROXY"),
        ("ws://a.example", "HTTP_PROXY"),
        ("wss://a.example:443", "HTTPS_PROXY"),
        ("wss://a.example:443", "ALL_PROXY"),
    ],
)
def test_each_scheme_has_its_variables(monkeypatch: pytest.MonkeyPatch, url: str, variable: str) -> None:
    assert proxy_of(url) is None
    monkeypatch.setenv(variable, "proxy.example:3128")
    assert proxy_of(url) == PROXY


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("proxy", [PROXY, "socks5://proxy.example", "nonsense://", "http://proxy.example:none"])
@pytest.mark.parametrize("host", ["127.0.0.1:8093", "localhost", "[::1]:8093", "127.1.2.3", "0.0.0.0:1"])
def test_this_machine_is_never_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, variable: str, proxy: str, host: str
) -> None:
    monkeypatch.setenv(variable, proxy)
    for scheme in ("http", "https", "ws", "wss"):
        assert proxy_of(f"{scheme}://{host}") is None


@pytest.mark.parametrize("excepted", ["*", "a.example", ".example", "a.example:443", "b.example, a.example"])
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_addresses_can_be_excepted(monkeypatch: pytest.MonkeyPatch, variable: str, excepted: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example")
    monkeypatch.setenv(variable, excepted)
    assert proxy_of("https://a.example:443/get") is None


@pytest.mark.parametrize(
    ("url", "package"), [("https://a.example", r"httpx\[socks\]"), ("wss://a.example", "python-socks")]
)
def test_a_socks_proxy_needs_a_library(monkeypatch: pytest.MonkeyPatch, url: str, package: str) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5h://user:secret@proxy.example:1080")
    monkeypatch.setattr("serving.proxies.find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=f"pip install '{package}', or except the address by NO_PROXY=a.example"):
        proxy_of(url)
    monkeypatch.setattr("serving.proxies.find_spec", lambda name: name)
    assert proxy_of(url) == "socks5h://user:secret@proxy.example:1080"


@pytest.mark.parametrize("proxy", ["ftp://user:secret@proxy.example", "http://", "http://secret:port", "http://[::1"])
def test_a_proxy_that_is_no_address_is_reported_without_showing_it(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SettingsError, match=r"the environment's proxy for a.example is not an http") as caught:
        proxy_of("https://a.example")
    assert "secret" not in str(caught.value)


def test_a_client_uses_the_proxy_for_other_machines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []

        def answer() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65_536).split(b"\r\n")[0])
                    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        here = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("HTTP_PROXY", here)
        monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")

        async def ask() -> None:
            async with outgoing_client(["http://collector.example:9100", here]) as client:
                for url in ("http://collector.example:9100/get", f"{here}/own"):
                    assert (await client.get(url)).status_code == 204

        asyncio.run(ask())
        thread.join()
    assert heard == [b"GET http://collector.example:9100/get HTTP/1.1", b"GET /own HTTP/1.1"]


def test_a_client_without_other_machines_ignores_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    asyncio.run(outgoing_client(["http://127.0.0.1:9100"]).aclose())
