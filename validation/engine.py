"""The scoring pipeline: worker (decode, check, render) → model → score.

Worker and model have a thread each, so that the next asset is decoded and rendered while the model encodes the last.

No state is kept between requests and every pass has a fixed shape, so a score depends on bytes, prompt and seed only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from serving.executor import SingleThreadExecutor
from serving.schemas import SpzVersion
from validation.assets.convert import Converted
from validation.assets.prepare import Prepared, encode_base64
from validation.errors import WorkerLostError
from validation.schemas import Fingerprint, ValidateResponse
from validation.scoring.judge import Judge
from validation.scoring.score import Judgement


class Tasks(Protocol):
    """Runs "prepare" and "convert": a `validation.assets.worker.Worker`."""

    def call(self, task: str, *values: object) -> Any:
        """Run a task and return its result. Raises RejectedError, UnsupportedError or WorkerLostError."""

    def close(self) -> None:
        """Stop all running tasks."""


class Engine:
    """One loaded scorer. Any number of requests may await its methods; the caller limits how many."""

    def __init__(
        self, tasks: Tasks, judge: Judge, scorer: str, *, now: Callable[[], float] = time.perf_counter
    ) -> None:
        """`scorer` is the name that every response carries; `now` only times the stages."""
        self.scorer = scorer
        self._tasks = tasks
        self._judge = judge
        self._now = now
        self._assets = SingleThreadExecutor("assets")
        self._model = SingleThreadExecutor("model")
        self.on_stage: Callable[[str, float], None] = lambda _stage, _seconds: None

    async def validate(self, prompt: str, data: bytes, seed: int, *, preview: bool = False) -> ValidateResponse:
        """Score the asset `data`. Raises RejectedError or WorkerLostError."""
        prepared: Prepared = await self._assets.run(lambda: self._tasks.call("prepare", data, seed, preview))
        self._report(prepared.seconds)
        judgement, seconds = await self._model.run(lambda: self._timed_judgement(prompt, prepared))
        self._report({"model": seconds})
        return ValidateResponse(
            score=judgement.score,
            alignment=judgement.alignment,
            quality=judgement.quality,
            parts=judgement.parts,
            scorer=self.scorer,
            seed=seed,
            fingerprint=Fingerprint(digest=prepared.fingerprint.digest, embedding=list(prepared.fingerprint.embedding)),
            preview=encode_base64(prepared.preview) if prepared.preview is not None else None,
            notes=list(prepared.notes),
        )

    async def convert(
        self, data: bytes, to: str, metadata: Mapping[str, str], spz_version: SpzVersion = 3
    ) -> Converted:
        """Convert the asset to another format. Raises RejectedError, UnsupportedError or WorkerLostError."""
        converted: object = await self._assets.run(
            lambda: self._tasks.call("convert", data, to, dict(metadata), spz_version)
        )
        if not isinstance(converted, Converted):
            raise WorkerLostError("the worker did not return a file")
        return converted

    def close(self) -> None:
        """Stop the worker; calls that wait for it raise WorkerLostError."""
        self._tasks.close()
        self._assets.close()
        self._model.close()

    def _timed_judgement(self, prompt: str, prepared: Prepared) -> tuple[Judgement, float]:
        started = self._now()
        judgement = self._judge.judge(prompt, prepared)
        return judgement, self._now() - started

    def _report(self, seconds: Mapping[str, float]) -> None:
        for stage, value in seconds.items():
            self.on_stage(stage, value)
