"""`options:` of the learned generators' YAML files: what they share, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generation.backends.contract import BackendUnusable
from serving.errors import describe_validation
from serving.settings import Location


class Section(BaseModel):
    """A part of the options: frozen; an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LearnedOptions(Section):
    """Options of every learned generator; the shipped YAML files explain each and give its source."""

    weights: Location | None = None
    tokenizer: str = "tokenizer"
    offline: bool = False
    dtype: str = "float16"
    compiled: bool = False

    suffix: str = ""

    candidates: int = Field(1, ge=1, le=64)
    judge: str | None = None


Options = TypeVar("Options", bound=LearnedOptions)


def read_options(model: type[Options], backend: str, given: Mapping[str, object]) -> Options:
    """Validate the options of a YAML file. Raises BackendUnusable with one line for the operator."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise BackendUnusable(f"options of {backend}: {describe_validation(error.errors())}") from error
