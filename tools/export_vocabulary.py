"""Writes prompter/resources/vocabulary.yaml: the words of the procedural generator, for the prompter's grammar.

python tools/export_vocabulary.py

The prompter imports nothing of the generator, so it has a copy; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "generation/backends/procedural/objects.yaml"
TARGET = ROOT / "prompter/resources/vocabulary.yaml"
HEAD = "# Written by tools/export_vocabulary.py from the procedural generator's objects.yaml: change that one.\n"


def exported(source: dict[str, Any]) -> dict[str, Any]:
    """What the grammar needs of objects.yaml: names, other words, usual colours, parts and poses of each object."""
    return {
        "colours": list(source["colours"]),
        "materials": {name: material["words"] for name, material in source["materials"].items()},
        "sizes": source["sizes"],
        "categories": {
            category: {name: _entry(block or {}) for name, block in section.items() if name != "words"}
            for category, section in source["categories"].items()
        },
    }


def text(source: Path = SOURCE) -> str:
    """The whole file."""
    data = exported(yaml.safe_load(source.read_text(encoding="utf-8")))
    return HEAD + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=118, default_flow_style=None)


def _entry(block: dict[str, Any]) -> dict[str, list[str]]:
    return {
        "also": block.get("also", []),
        "colours": block.get("colours", []),
        "parts": list(block.get("parts") or ()),
        "poses": list(block.get("poses") or ()),
    }


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
