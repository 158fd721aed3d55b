"""File names made from prompts, addresses as URLs have them, and the version of the project."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from importlib.metadata import PackageNotFoundError, version
from typing import Literal
from urllib.parse import quote

SLUG_MAX_CHARS = 60

_JOINERS = "\u200c\u200d"  # zero-width non-joiner and joiner: spelling and emoji need them


def slug(prompt: str) -> str:
    """Return a file name of 1 to 60 characters of [a-z0-9-]; a digest if the prompt has no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX_CHARS].strip("-")
    return words or f"splat-{hashlib.sha256(prompt.encode(errors='replace')).hexdigest()[:8]}"


def format_address(host: str, port: int) -> str:
    """Return host and port as URLs have them: an IPv6 address is in brackets."""
    name = host.strip("[]")
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def full_name(prompt: str) -> str:
    """Return a file name like `slug`, of letters, digits and symbols of any script: at most 60 characters."""
    kept = "".join(c if c in _JOINERS or _kept(c) else " " for c in prompt.lower().replace("'", ""))
    return "-".join(kept.split())[:SLUG_MAX_CHARS].strip("-" + _JOINERS) or slug(prompt)


def content_disposition(kind: Literal["attachment", "inline"], prompt: str, extension: str) -> str:
    """Return a Content-Disposition that names the file after the prompt: in ASCII, and whole for RFC 6266's readers."""
    ascii_name, name = f"{slug(prompt)}.{extension}", f"{full_name(prompt)}.{extension}"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _kept(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "So"


def package_version() -> str:
    """Return the installed version of this project, "0+not.installed" in a checkout without one."""
    try:
        return version("three-gen-subnet")
    except PackageNotFoundError:
        return "0+not.installed"
