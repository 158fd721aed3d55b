"""The check of a fresh environment: one line names what is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check_environment


def test_a_whole_environment_has_no_fault() -> None:
    assert check_environment.broken(["json", "pathlib"]) is None


def test_the_first_module_that_does_not_import_is_named() -> None:
    assert check_environment.broken(["json", "no_such_module"]) == (
        "no_such_module does not import: No module named 'no_such_module'"
    )


@pytest.mark.parametrize(("cuda", "driver"), [(True, "GPU 0: H100"), (False, None), (False, "")])
def test_without_a_device_or_with_a_working_one_there_is_no_complaint(cuda: bool, driver: str | None) -> None:
    assert check_environment.gpu_complaint(cuda, driver) is None


def test_a_device_that_torch_cannot_use_is_named() -> None:
    complaint = check_environment.gpu_complaint(False, "GPU 0: H100\nGPU 1: H100")
    assert complaint == "the driver lists GPU 0: H100, but PyTorch cannot use it: is the driver too old?"


def test_the_renderer_is_named_without_cuda() -> None:
    (line,) = check_environment.renderer_lines(cuda=False)
    assert line.startswith("renderer: cpu")


@pytest.mark.gpu
def test_the_renderer_is_named_with_cuda() -> None:
    assert check_environment.renderer_lines(cuda=True)[-1].startswith("renderer: ")


@pytest.mark.parametrize("changed", ["a.py", "renderers/c.py"])
@pytest.mark.parametrize("cache", ["__pycache__", "renderers/__pycache__"])
def test_kernels_are_deleted_when_any_source_has_changed(changed: str, cache: str, tmp_path: Path) -> None:
    (tmp_path / cache).mkdir(parents=True)
    (tmp_path / changed).parent.mkdir(exist_ok=True)
    (tmp_path / changed).write_text("STEP = 1\n")
    assert check_environment.forget_stale_kernels(tmp_path)
    kernel = tmp_path / cache / "b.py310.nbi"
    kernel.write_bytes(b"compiled with STEP = 1")
    assert not check_environment.forget_stale_kernels(tmp_path)
    assert kernel.exists()
    (tmp_path / changed).write_text("STEP = 2\n")
    assert check_environment.forget_stale_kernels(tmp_path)
    assert not kernel.exists()
