"""A loaded scorer, which judges how well prepared views show a prompt."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from validation.assets.prepare import Prepared
from validation.assets.render_spec import RenderSpec
from validation.errors import ScorerError
from validation.scoring.clip import Encoder
from validation.scoring.distractors import read_distractors, select_unlike
from validation.scoring.score import Judgement, Vectors, score_asset
from validation.scoring.scorer import ScorerFiles
from validation.scoring.words import outside_share, read_vocabulary


class Judge:
    """Holds a scorer's constants, its model, and its fixed prompts, which are encoded once."""

    def __init__(self, files: ScorerFiles, encoder: Encoder) -> None:
        """Read and encode the fixed prompts. Raises ScorerError when a file is missing or damaged."""
        self.files = files
        self.constants = files.constants
        self._encoder = encoder
        contrast = self.constants.distractors
        try:
            self._distractors = read_distractors(_lines(files, contrast.file)) if contrast else ()
            vocabulary = self.constants.vocabulary
            self._vocabulary = read_vocabulary(_lines(files, vocabulary)) if vocabulary else None
        except (OSError, ValueError) as error:
            raise ScorerError(f"scorer {self.constants.name}: {error}") from error
        if contrast and len(self._distractors) < contrast.count:
            raise ScorerError(f"{contrast.file} holds {len(self._distractors)} prompts; {contrast.count} are needed")
        self._negatives = encoder.texts(self.constants.alignment.negatives)  # [M, D]
        self._fixed = encoder.texts([d.prompt for d in self._distractors]) if self._distractors else None  # [P, D]

    def render_spec(self, device: str) -> RenderSpec:
        """Return how this scorer's views are rendered."""
        return RenderSpec(self.constants.image_px, self.constants.supersample, device)

    def judge(self, prompt: str, prepared: Prepared) -> Judgement:
        """Score how well the prepared asset shows the prompt."""
        vectors = Vectors(
            views=self._encoder.images(torch.from_numpy(prepared.views)),
            prompt=self._encoder.texts([prompt])[0],
            negatives=self._negatives,
            distractors=self._select_distractors(prompt),
        )
        contrast = self.constants.distractors
        measures = dict(prepared.measures)
        if self._vocabulary is not None:
            measures["outside_vocabulary"] = outside_share(prompt, self._vocabulary)
        scale = contrast.scale if contrast else None
        return score_asset(vectors, measures, self.constants.alignment, scale, self.constants.gates)

    def _select_distractors(self, prompt: str) -> torch.Tensor | None:
        contrast = self.constants.distractors
        if contrast is None or self._fixed is None:
            return None
        return self._fixed[select_unlike(prompt, self._distractors, contrast.count)]


def _lines(files: ScorerFiles, name: str) -> Sequence[str]:
    return files.path(name).read_text(encoding="utf-8").splitlines()
