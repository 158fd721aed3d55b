"""Settings from flags, key files and YAML: accepted values, and one-line errors for the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from serving.settings import (
    NO_FLAG,
    NO_PREFIX,
    Flag,
    FrozenSettings,
    SettingsError,
    ShellSettings,
    is_loopback,
    read_api_keys,
    read_flags,
    read_yaml,
)


class Config(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    count: int = 1


class Service(FrozenSettings):
    shell: Annotated[ShellSettings, NO_PREFIX] = ShellSettings(port=8093)


def parse(*flags: str) -> ShellSettings:
    return read_flags(Service, "serve.py", flags).shell


class Limits(FrozenSettings):
    """Bounds of the work."""

    count: Annotated[int, Field(ge=1, le=9)] = 3
    """how many"""
    kind: Literal["a", "b"] = "a"
    hidden: Annotated[int, NO_FLAG] = 7


class Program(FrozenSettings):
    name: str
    """its name"""
    words: tuple[str, ...] = ()
    limits: Limits = Limits(count=5, hidden=8)
    fast: Annotated[bool, Flag(("quick", "q"))] = False
    size: Annotated[int, Flag(("size",), len)] = 0


def program(*flags: str) -> Program:
    return read_flags(Program, "program", ["--name", "x", *flags])


def test_a_group_keeps_the_defaults_of_its_instance() -> None:
    assert program() == Program(name="x")
    assert program("--limits.kind", "b").limits == Limits(count=5, kind="b", hidden=8)


def test_flags_become_typed_values() -> None:
    settings = program("--limits.count", "9", "--words", "one", "two", "--q", "--size", "abc")
    assert (settings.limits.count, settings.words, settings.fast, settings.size) == (9, ("one", "two"), True, 3)


@pytest.mark.parametrize("flags", [["--limits.count", "0"], ["--limits.count", "many"]])
def test_a_refused_value_is_reported_with_its_flag(flags: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"^--limits\.count: must be a whole number from 1 to 9$"):
        program(*flags)


@pytest.mark.parametrize("flags", [["--hidden", "1"], ["--limits.hidden", "1"], ["--limits.kind", "c"], ["--nam", "y"]])
def test_an_unknown_flag_or_choice_exits_with_2(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program(*flags)
    assert ended.value.code == 2
    assert flags[0] in capsys.readouterr().err


def test_a_field_without_a_default_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_flags(Program, "program", [])
    assert "required: --name" in capsys.readouterr().err


def test_help_shows_docstrings_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program("--help")
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "its name" in shown
    assert "how many (default: 5)" in shown


def test_help_lists_each_group_below_its_title_or_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program("--help")
    assert "\nlimits:\n  Bounds of the work.\n\n  --limits.count COUNT" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        parse("--help")
    assert "\nserving:\n  Where a service listens" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "prefix"),
    [("/splats", "/splats"), ("/splats/", "/splats"), ("/a/b.c-d_e~1//", "/a/b.c-d_e~1"), ("/", "")],
)
def test_a_root_path_has_no_final_slash(given: str, prefix: str) -> None:
    assert parse("--root_path", given).root_path == prefix


@pytest.mark.parametrize(
    "given", ["splats", "//splats", "/a//b", "/a b", "/a?b", "/a/../b", "/.", "http://a/b", "/%61", "/é"]
)
def test_another_root_path_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=r"^--root_path: .* is not a prefix; give a path such as /splats$"):
        parse("--root_path", given)


@pytest.mark.parametrize("given", ["viewer.example", "https://viewer.example/", "*", "null", "https://a.example,b", ""])
def test_what_is_not_an_origin_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=r"^--allowed_origins: .* is not an origin; give scheme and host"):
        parse("--allowed_origins", "https://good.example", given)


def test_several_origins_and_hosts_are_taken() -> None:
    origins = ("https://a.example", "http://localhost:5173")
    assert parse("--allowed_origins", *origins).allowed_origins == origins
    hosts = ("Splats.example", "10.0.0.1", "[2001:db8::7]", "2001:db8::8")
    assert parse("--allowed_hosts", *hosts).allowed_hosts == (
        "Splats.example",
        "10.0.0.1",
        "2001:db8::7",
        "2001:db8::8",
    )


@pytest.mark.parametrize("given", ["https://splats.example", "splats.example:8443", "splats.example/a", "*", ""])
def test_what_is_not_a_host_is_refused(given: str) -> None:
    with pytest.raises(SettingsError, match=r"^--allowed_hosts: .* is not a host name; give it without scheme"):
        parse("--allowed_hosts", given)


def test_the_default_host_is_loopback() -> None:
    settings = parse()
    assert (settings.host, settings.port, settings.api_keys) == ("127.0.0.1", 8093, ())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "studio.example"])
def test_other_hosts_require_a_key(host: str) -> None:
    with pytest.raises(SettingsError, match="--api_key_file"):
        parse("--host", host)


def test_other_hosts_are_allowed_with_a_key_file(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("0123456789abcdef\n\nfedcba9876543210\n")
    settings = parse("--host", "0.0.0.0", "--api_key_file", str(keys))
    assert settings.api_keys == ("0123456789abcdef", "fedcba9876543210")
    assert "0123456789abcdef" not in repr(settings)


def test_other_hosts_are_allowed_with_insecure() -> None:
    assert parse("--host", "0.0.0.0", "--insecure").insecure


@pytest.mark.parametrize("text", ["", "\n \n", "short\n", "has a space in it, long\n", "é" * 20])
def test_an_invalid_key_file_is_refused(tmp_path: Path, text: str) -> None:
    keys = tmp_path / "keys"
    keys.write_text(text)
    with pytest.raises(SettingsError, match="key"):
        read_api_keys(keys)


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read"):
        read_api_keys(tmp_path / "none")


def test_a_yaml_file_becomes_settings(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("name: x\ncount: 3\n")
    assert read_yaml(path, Config) == Config(name="x", count=3)


@pytest.mark.parametrize("text", ["name: x\ncount:\n", "name: x\ncount: null\n", "\ufeffname: x\ncount: ~\n"])
def test_a_name_without_a_value_has_its_default(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_yaml(path, Config) == Config(name="x")


def test_a_required_name_needs_a_value(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("name:\ncount: 3\n")
    with pytest.raises(SettingsError, match="name"):
        read_yaml(path, Config)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("name: x\ncuont: 3\n", "cuont"),
        ("name: x\ncount: '3'\n", "count"),
        ("", "name"),
        ("- a\n", "names and values"),
        ("name: [\n", "not valid YAML"),
        ("name: !!python/object/apply:os.system [ls]\n", "not valid YAML"),
    ],
)
def test_an_invalid_yaml_file_is_reported_in_one_line(tmp_path: Path, text: str, reported: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=reported) as caught:
        read_yaml(path, Config)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.2", True), ("::1", True), ("localhost", True), ("::", False)])
def test_loopback_hosts_are_recognized(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
