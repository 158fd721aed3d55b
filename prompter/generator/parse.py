"""Extracts prompts from answers of language models: numbered, bulleted, quoted, fenced, in JSON, with chatter around.

Looks only at the form of a line; the filters decide whether it is a good prompt.
"""

from __future__ import annotations

import json
import re

from serving.prompts import PromptError, clean_prompt

MAX_CHARS = 64 << 10
"""The rest of a longer answer is ignored."""

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[^|>\n]{1,40}\|>|</?s>|<(?:start|end)_of_turn>|\[/?INST\]")
_FENCE = re.compile(r"^\s*```\w*\s*$", re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:(?:[-*•–—+>#]+|\(?\d{1,3}(?:\s*[.):\]]|\s+-\s)|\(?[a-z][.)])\s*)+", re.IGNORECASE)
_LABEL = re.compile(r"^(?:prompt|object|item|description)\s*\d*\s*[:=-]\s*", re.IGNORECASE)
_SPAN = re.compile(r"\b(\d{1,3})\b(?:\s*(?:-|–|to)\s*(\d{1,3})\b)?")
_QUOTES = "\"'`*_“”‘’«» \t,;"
_CHATTER = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|these are|below|note|let me|i hope|i can|i'm|i am)\b|"
    r"(?:as an ai|please|feel free|remember|each of|all of these)\b|(?:user|assistant|model|system)\s*(?::|$))",
    re.IGNORECASE,
)


def parse_prompts(answer: str) -> list[str]:
    """Return the lines of an answer that may be prompts, without numbers, bullets, quotes and final full stops."""
    text = _FENCE.sub("", _SPECIAL.sub("\n", _THOUGHTS.sub("\n", answer[:MAX_CHARS])))
    lines = _json_strings(text) or text.splitlines()
    if len(lines) == 1:  # "1. a red car 2. a blue boat" on one line
        lines = re.split(r"\s+(?=\d{1,2}[.)]\s)", lines[0])
    found = (_strip(line) for line in lines if not line.rstrip().endswith(":"))
    return [line for line in found if any(map(str.isalpha, line)) and not _CHATTER.match(line)]


def parse_numbers(answer: str, count: int) -> set[int]:
    """Return the numbers from 1 to `count` that an answer lists; spans ("3-7") and "all" are understood."""
    text = _THOUGHTS.sub(" ", answer[:MAX_CHARS])
    spans = [(int(first), int(last or first)) for first, last in _SPAN.findall(text)]
    if not spans and re.match(r"\W*all\b", text, re.IGNORECASE):
        spans = [(1, count)]
    return {number for first, last in spans for number in range(max(1, first), min(last, count) + 1)}


def _strip(line: str) -> str:
    try:
        line = clean_prompt(line)
    except PromptError:
        return ""
    line = _BULLET.sub("", line).strip(_QUOTES)
    line = _LABEL.sub("", line).strip(_QUOTES).rstrip(".!").strip(_QUOTES)
    return " ".join(line.replace("**", "").split())


def _json_strings(text: str) -> list[str]:
    """Return the strings of a JSON list, or of the first list in a JSON object; empty if the text has neither."""
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
