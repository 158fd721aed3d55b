"""Write prompter/resources/vocabulary.yaml: the words of the procedural generator, for the prompter's grammar.

python -m tools.export_vocabulary

The prompter does not import the generator, so it has a copy; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from procedural.language.vocabulary import read_words

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "prompter/resources/vocabulary.yaml"
HEADER = "# Written by tools/export_vocabulary.py from the words in procedural/objects: change those.\n"


def exported(source: dict[str, Any]) -> dict[str, Any]:
    """Return the words that the grammar needs: names, synonyms, usual colours, parts and poses of each object."""
    return {
        "colours": list(source["colours"]),
        "materials": {name: material["words"] for name, material in source["materials"].items()},
        "sizes": source["sizes"],
        "categories": {
            category: {name: _entry(block or {}) for name, block in section.items() if name != "words"}
            for category, section in source["categories"].items()
        },
    }


def vocabulary_yaml() -> str:
    """Return the contents of the file."""
    data = exported(read_words())
    return HEADER + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=118, default_flow_style=None)


def _entry(block: dict[str, Any]) -> dict[str, list[str]]:
    return {
        "also": block.get("also", []),
        "colours": block.get("colours", []),
        "parts": list(block.get("parts") or ()),
        "poses": list(block.get("poses") or ()),
    }


if __name__ == "__main__":
    TARGET.write_text(vocabulary_yaml(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
