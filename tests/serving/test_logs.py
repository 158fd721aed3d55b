"""Log lines of both kinds, as a process writes them."""

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
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == ("warning", "part.of.it", "a b\nwith ünïcode")


def test_a_traceback_stays_inside_the_object() -> None:
    one = record("it failed")
    try:
        int("why")
    except ValueError:
        one.exc_info = sys.exc_info()
    assert "ValueError: invalid literal" in json.loads(JsonFormatter().format(one))["traceback"]
