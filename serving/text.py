"""File names made from prompts, addresses as URLs have them, and the version of the project."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from importlib.metadata import PackageNotFoundError, version

SLUG_MAX_CHARS = 60


def slug(prompt: str) -> str:
    """Return a file name of 1 to 60 characters of [a-z0-9-]; a digest if the prompt has no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX_CHARS].strip("-")
    return words or f"splat-{hashlib.sha256(prompt.encode(errors='replace')).hexdigest()[:8]}"


def format_address(host: str, port: int) -> str:
    """Return host and port as URLs have them: an IPv6 address is in brackets."""
    name = host.strip("[]")
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def package_version() -> str:
    """Return the installed version of this project, "0+not.installed" in a checkout without one."""
    try:
        return version("three-gen-subnet")
    except PackageNotFoundError:
        return "0+not.installed"
