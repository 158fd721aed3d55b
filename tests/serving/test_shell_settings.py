"""Flags, keys and YAML: what is accepted and the one line that says what is not."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from serving.settings import (
    SettingsError,
    ShellSettings,
    add_shell_arguments,
    is_loopback,
    read_api_keys,
    read_yaml,
    shell_settings,
)


class Config(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    count: int = 1


def parse(*flags: str) -> ShellSettings:
    parser = argparse.ArgumentParser()
    add_shell_arguments(parser, 8093)
    return shell_settings(parser.parse_args(flags))


def test_the_default_is_loopback() -> None:
    settings = parse()
    assert (settings.host, settings.port, settings.api_keys) == ("127.0.0.1", 8093, ())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "studio.example"])
def test_beyond_loopback_a_key_is_asked_for(host: str) -> None:
    with pytest.raises(SettingsError, match="--api_key_file"):
        parse("--host", host)


def test_beyond_loopback_with_a_key_file(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("0123456789abcdef\n\nfedcba9876543210\n")
    settings = parse("--host", "0.0.0.0", "--api_key_file", str(keys))
    assert settings.api_keys == ("0123456789abcdef", "fedcba9876543210")
    assert "0123456789abcdef" not in repr(settings)


def test_beyond_loopback_when_told_so() -> None:
    assert parse("--host", "0.0.0.0", "--insecure").insecure


@pytest.mark.parametrize("text", ["", "\n \n", "short\n", "has a space in it, long\n", "é" * 20])
def test_a_bad_key_file_is_refused(tmp_path: Path, text: str) -> None:
    keys = tmp_path / "keys"
    keys.write_text(text)
    with pytest.raises(SettingsError, match="key"):
        read_api_keys(keys)


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read"):
        read_api_keys(tmp_path / "none")


def test_yaml(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("name: x\ncount: 3\n")
    assert read_yaml(path, Config) == Config(name="x", count=3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\ncuont: 3\n", "cuont"),
        ("name: x\ncount: '3'\n", "count"),
        ("", "name"),
        ("- a\n", "names and values"),
        ("name: [\n", "not valid YAML"),
        ("name: !!python/object/apply:os.system [ls]\n", "not valid YAML"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said) as caught:
        read_yaml(path, Config)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.2", True), ("::1", True), ("localhost", True), ("::", False)])
def test_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
