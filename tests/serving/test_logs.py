"""JSON log lines."""

from __future__ import annotations

import json
import logging
import sys

from serving.logs import JsonFormatter


def record(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("part.of.it", logging.WARNING, "file.py", 1, message, args, None)


def test_a_json_line_is_one_object_on_one_line() -> None:
    line = JsonFormatter().format(record("a %s\nwith ünïcode", "b"))
    assert "\n" not in line
    parsed = json.loads(line)
    assert (parsed["level"], parsed["logger"], parsed["message"]) == ("warning", "part.of.it", "a b\nwith ünïcode")


def test_a_traceback_is_a_field_of_the_object() -> None:
    failure = record("it failed")
    try:
        int("why")
    except ValueError:
        failure.exc_info = sys.exc_info()
    assert "ValueError: invalid literal" in json.loads(JsonFormatter().format(failure))["traceback"]


def test_json_lines_are_ascii_so_that_every_terminal_can_show_them() -> None:
    record = logging.LogRecord("neurons", logging.INFO, "", 0, "caf\xe9 \u2026", None, None)
    line = JsonFormatter().format(record)
    assert line.isascii()
    assert json.loads(line)["message"] == "caf\xe9 \u2026"
