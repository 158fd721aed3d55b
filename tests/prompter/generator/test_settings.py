"""The generator's configuration: contradictions are errors, and the bundled files hold no key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prompter.generator.settings import GeneratorConfig
from serving.settings import read_yaml
from tests.prompter.generator.conftest import config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spool_max": 4}, "a batch would never fit"),
        ({"temperature": [1.0, 0.5]}, "the lower bound comes first"),
        ({"collector": {"api_key_env": "A", "api_key_file": "b"}}, "not both"),
        ({"backends": [{"kind": "openai", "url": "http://models/v1"}]}, "needs url and model"),
        ({"instruction": "no place for it"}, "category"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_an_impossible_configuration_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        config(**changes)


@pytest.mark.parametrize("name", ["generator.yaml", "generator_llm.yaml"])
def test_the_bundled_configurations_contain_no_key(root: Path, name: str) -> None:
    bundled = read_yaml(root / "prompter/resources" / name, GeneratorConfig)
    assert len(bundled.categories) == 13
    assert bundled.collector.api_key_file is not None
