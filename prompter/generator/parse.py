"""Prompts out of what language models really return: numbered, bulleted, quoted, fenced, in JSON, with chatter around.

Pure; judges form alone. Whether a line makes a good prompt, the filters say.
"""

from __future__ import annotations

import json
import re

MAX_CHARS = 64 << 10
"""More of an answer than this is not read."""

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[^|>\n]{1,40}\|>|</?s>|<(?:start|end)_of_turn>|\[/?INST\]")
_FENCE = re.compile(r"^\s*```\w*\s*$", re.MULTILINE)
_MARK = re.compile(r"^\s*(?:(?:[-*•–—+>#]+|\(?\d{1,3}(?:\s*[.):\]]|\s+-\s)|\(?[a-z][.)])\s*)+", re.IGNORECASE)
_LABEL = re.compile(r"^(?:prompt|object|item|description)\s*\d*\s*[:=-]\s*", re.IGNORECASE)
_SPAN = re.compile(r"\b(\d{1,3})\b(?:\s*(?:-|–|to)\s*(\d{1,3})\b)?")
_QUOTES = "\"'`*_“”‘’«» \t,;"
_CHATTER = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|these are|below|note|let me|i hope|i can|i'm|i am)\b|"
    r"(?:as an ai|please|feel free|remember|each of|all of these)\b|(?:user|assistant|model|system)\s*(?::|$))",
    re.IGNORECASE,
)


def parse_prompts(answer: str) -> list[str]:
    """The lines of an answer that may be prompts, without their numbers, bullets, quotes and final full stops."""
    text = _FENCE.sub("", _SPECIAL.sub("\n", _THOUGHTS.sub("\n", answer[:MAX_CHARS])))
    lines = _json_strings(text) or text.splitlines()
    if len(lines) == 1:  # "1. a red car 2. a blue boat" on one line
        lines = re.split(r"\s+(?=\d{1,2}[.)]\s)", lines[0])
    found = (_bare(line) for line in lines if not line.rstrip().endswith(":"))
    return [line for line in found if any(map(str.isalpha, line)) and not _CHATTER.match(line)]


def named_numbers(answer: str, count: int) -> set[int]:
    """Which of 1 … `count` an answer names, spans ("3-7") and a bare "all" included."""
    text = _THOUGHTS.sub(" ", answer[:MAX_CHARS])
    spans = [(int(first), int(last or first)) for first, last in _SPAN.findall(text)]
    if not spans and re.match(r"\W*all\b", text, re.IGNORECASE):
        spans = [(1, count)]
    return {number for first, last in spans for number in range(max(1, first), min(last, count) + 1)}


def _bare(line: str) -> str:
    line = _MARK.sub("", line).strip(_QUOTES)
    line = _LABEL.sub("", line).strip(_QUOTES).rstrip(".!").strip(_QUOTES)
    return " ".join(line.replace("**", "").split())


def _json_strings(text: str) -> list[str]:
    """The strings of a JSON list, or of the first list in a JSON object; empty if there is no such thing."""
    start, end = (
        min((i for i in (text.find("["), text.find("{")) if i >= 0), default=-1),
        max(text.rfind("]"), text.rfind("}")),
    )
    if start < 0 or end < start:
        return []
    try:
        data = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return []
    if isinstance(data, dict):
        data = next((value for value in data.values() if isinstance(value, list)), [])
    if not isinstance(data, list):
        return []
    flat = [next(iter(item.values()), "") if isinstance(item, dict) else item for item in data]
    return [item for item in flat if isinstance(item, str)]
