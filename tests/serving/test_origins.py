"""Hosts and origins as headers name them."""

from __future__ import annotations

import pytest

from serving.origins import Host, Origin, is_same_origin, parse_host, parse_origin


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("localhost", Host("localhost", None)),
        ("Example.ORG:8093", Host("example.org", 8093)),
        ("example.org:", Host("example.org", None)),
        ("[::1]:80", Host("::1", 80)),
        ("", None),
        ("a b", None),
        ("user@localhost", None),
        ("localhost:http", None),
        ("localhost:123456", None),
        ("::1", None),
        ("[::1", None),
        ("localhost/", None),
    ],
)
def test_a_host_has_a_name_and_perhaps_a_port(text: str, host: Host | None) -> None:
    assert parse_host(text) == host


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Example.org", Origin("https", "example.org", 443)),
        ("HTTP://example.org", Origin("http", "example.org", 80)),
        ("http://[::1]:8093", Origin("http", "::1", 8093)),
        ("null", None),
        ("*", None),
        ("https://example.org/", None),
        ("file://", None),
        ("example.org", None),
    ],
)
def test_an_origin_always_has_a_port(text: str, origin: Origin | None) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://a.example", "a.example:443", True),
        ("https://a.example:443", "a.example", True),
        ("http://a.example", "a.example:80", True),
        ("http://a.example", "a.example:443", False),
        ("https://a.example:80", "a.example", False),
        ("https://a.example", "b.example", False),
        ("https://a.example", "", False),
        ("null", "null", False),
    ],
)
def test_the_port_that_a_host_leaves_out_is_that_of_the_scheme(origin: str, host: str, same: bool) -> None:
    assert is_same_origin(origin, host) is same
