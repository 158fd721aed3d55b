"""Arguments of programs: home folders are expanded, numbers have ranges that errors name."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from serving.arguments import COUNT, FlagParser, NumberRange


def parser() -> FlagParser:
    found = FlagParser(prog="program")
    found.add_argument("--out", type=Path, default="~/out")
    found.add_argument("--port", type=NumberRange(1, 65_535, whole=True), default=1)
    found.add_argument("--seconds", type=NumberRange(0, 300, above=True), default=1.0)
    return found


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["--out", "~/out"], ["--out=~/out"], []])
def test_a_path_below_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parser().parse_args(arguments).out == tmp_path / "out"


def test_commands_expand_paths_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    program = FlagParser()
    program.add_subparsers().add_parser("list").add_argument("--db", type=Path)
    assert program.parse_args(["list", "--db", "~/a"]).db == tmp_path / "a"


def test_without_a_home_folder_only_a_tilde_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(*_: object) -> None:
        raise KeyError("uid not found")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert parser().parse_args(["--out", "/tmp"]).out == Path("/tmp")
    assert "--out: the home folder of ~ is unknown: set HOME, or give a path without ~" in refusal(capsys, "--out=~/a")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "1.5", "nan", "inf", "many", ""])
def test_a_whole_number_out_of_range_is_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    assert "--port: must be a whole number from 1 to 65535" in refusal(capsys, f"--port={port}")


@pytest.mark.parametrize("seconds", ["0", "-1", "300.1", "nan", "inf", "-inf", "soon"])
def test_a_number_out_of_range_is_refused(capsys: pytest.CaptureFixture[str], seconds: str) -> None:
    assert "--seconds: must be a number above 0, at most 300" in refusal(capsys, f"--seconds={seconds}")


def test_numbers_in_range_have_their_kind() -> None:
    found = parser().parse_args(["--port", "65535", "--seconds", "0.5"])
    assert (found.port, found.seconds) == (65_535, 0.5)
    assert isinstance(COUNT("7"), int)


def test_flags_cannot_be_abbreviated(capsys: pytest.CaptureFixture[str]) -> None:
    assert "unrecognized arguments: --por=1" in refusal(capsys, "--por=1")
