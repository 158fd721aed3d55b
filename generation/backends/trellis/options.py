"""`options:` of TRELLIS's YAML file; the shipped one gives each number's source."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generation.backends.options import LearnedOptions, Section
from generation.backends.trellis.filtering import Filter
from generation.networks.trellis.args import SamplerArgs


class Sampling(Section):
    """How a stage is sampled, by the names of pipeline.json; what is left out is as it says there."""

    steps: Annotated[int, Field(ge=1, le=1000)] | None = None
    cfg_strength: Annotated[float, Field(ge=0, le=100)] | None = None
    cfg_interval: tuple[float, float] | None = None
    rescale_t: Annotated[float, Field(gt=0)] | None = None

    def applied_to(self, shipped: SamplerArgs) -> SamplerArgs:
        """Return `shipped` with what is given here."""
        return shipped.model_copy(update=self.model_dump(exclude_none=True))


class TrellisOptions(LearnedOptions):
    """See the module."""

    trellis: str = "trellis-text-xlarge"
    decoders: str = "trellis-decoders"
    text_encoder: str = "clip-text"
    dtype: str = "float16"

    structure: Sampling = Sampling()
    latents: Sampling = Sampling()

    max_splats: Annotated[int, Field(ge=1000, le=1_000_000)] = 200_000
    filter: Filter = "antialiased"
    keep_structure: bool = False
