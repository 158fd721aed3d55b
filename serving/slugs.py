"""File names from prompts."""

from __future__ import annotations

import hashlib
import re
import unicodedata

SLUG_MAX_CHARS = 60


def slug(prompt: str) -> str:
    """A file name of [a-z0-9-], 1 to 60 characters; of a prompt without a Latin letter or digit, a digest."""
    plain = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX_CHARS].strip("-")
    return words or f"splat-{hashlib.sha256(prompt.encode(errors='replace')).hexdigest()[:8]}"
