"""Chooses the environment's proxy for an address: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case.

This machine is never asked through a proxy. A variable that no request needs is not read, so it cannot do harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from serving.settings import SettingsError, is_loopback

_VARIABLES = {
    "http": ("http", "all"),
    "https": ("https", "all"),
    "ws": ("socks", "https", "http", "all"),
    "wss": ("socks", "https", "all"),
}
"""The variables `…_PROXY` that apply to each scheme, the first one set wins; for websockets as the library has them."""
_SOCKS_LIBRARIES = {"http": ("socksio", "httpx[socks]"), "ws": ("python_socks", "python-socks")}
"""Module and package that speak SOCKS for httpx and for websockets."""
_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})


def proxy_of(url: str) -> str | None:
    """Return the address of the proxy for `url`, None if it is asked directly.

    Raises SettingsError if the environment names a proxy for it that cannot be used.
    """
    address = urlsplit(url)
    host = address.hostname or ""
    if is_loopback(host) or host in ("0.0.0.0", "::") or proxy_bypass(address.netloc.rpartition("@")[2]):  # noqa: S104  compared, not bound
        return None
    proxies = getproxies()
    named = next((proxies[name] for name in _VARIABLES[address.scheme] if proxies.get(name)), None)
    if named is None:
        return None
    proxy = named if "://" in named else f"http://{named}"
    _check(proxy, "ws" if address.scheme.startswith("ws") else "http", host)
    return proxy


def outgoing_client(urls: Iterable[str], **options: Any) -> httpx.AsyncClient:
    """Return a client for these addresses, each through its proxy, if any; `options` are those of httpx.AsyncClient.

    Raises SettingsError as `proxy_of`.
    """
    context = httpx.create_ssl_context()  # trusts SSL_CERT_FILE, which companies with a proxy set
    mounts = {}
    for url in urls:
        if (proxy := proxy_of(url)) is not None:
            address = urlsplit(url)
            transport = httpx.AsyncHTTPTransport(proxy=proxy, verify=context, trust_env=False)
            mounts[f"{address.scheme}://{address.netloc.rpartition('@')[2]}"] = transport
    return httpx.AsyncClient(mounts=mounts, verify=context, trust_env=False, **options)


def _check(proxy: str, user: str, host: str) -> None:
    """Raise SettingsError, which never shows the proxy's address: it may contain a password."""
    remedy = f"correct the variable, or except the address by NO_PROXY={host}"
    try:
        address = urlsplit(proxy)
        usable = address.scheme in _SCHEMES and bool(address.hostname) and address.port != 0
    except ValueError:  # a port that is none, or unbalanced brackets
        usable = False
    if not usable:
        raise SettingsError(
            f"the environment's proxy for {host} is not an http://, https:// or socks5:// address: {remedy}"
        )
    module, package = _SOCKS_LIBRARIES[user]
    if address.scheme.startswith("socks") and find_spec(module) is None:
        raise SettingsError(
            f"the environment names a SOCKS proxy for {host}: pip install '{package}', or except the address by"
            f" NO_PROXY={host}"
        )
