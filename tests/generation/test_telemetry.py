"""The metrics and the progress bar."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from generation.telemetry import STAGES_MAX, ProgressBar, Telemetry
from generation.work.jobs import GenerationJob, Output, in_memory


def test_an_operator_can_graph_queue_stages_failures_and_splats(client: TestClient) -> None:
    client.post("/generate/", data={"prompt": "a secret prompt", "seed": "4444444"})
    client.post("/generate/", data={"prompt": "boom"})
    text = client.get("/metrics").text
    for line in (
        "generation_queue_length 0.0",
        'generation_jobs_total{status="done"} 1.0',
        'generation_jobs_total{status="failed"} 1.0',
        'generation_failures_total{code="generation_failed"} 1.0',
        'generation_stage_seconds_count{stage="queued"} 2.0',
        'generation_stage_seconds_count{stage="building"} 1.0',
        'generation_stage_seconds_count{stage="encoding"} 1.0',
        'generation_splats_bucket{le="1000.0"} 1.0',
        "generation_results_bytes 0.0",
    ):
        assert line in text
    assert "secret" not in text
    assert "4444444" not in text


def test_a_generator_with_many_stages_cannot_flood_the_labels() -> None:
    registry = CollectorRegistry()
    telemetry = Telemetry(registry)
    for step in range(1000):
        telemetry.stage_ended(f"step {step}", 0.1)
    samples = [s for metric in registry.collect() for s in metric.samples if s.name == "generation_stage_seconds_count"]
    assert len(samples) == STAGES_MAX + 1
    assert {s.labels["stage"] for s in samples} >= {"step 0", "other"}


def test_the_bar_shows_stage_and_share_but_no_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    bar: Any = ProgressBar()
    job = GenerationJob("a secret prompt", 1, in_memory(Output("ply")), status="running")
    job.stage, job.progress = "building", 0.42
    bar.progressed(job)
    shown = capsys.readouterr().err
    assert "1 building" in shown
    assert "42 %" in shown
    assert "secret" not in shown
    job.status = "done"
    bar.ended(job)
    bar.ended(job)
