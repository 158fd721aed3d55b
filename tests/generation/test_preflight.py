"""Preflight reports what a machine lacks and how to fix it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from generation.preflight import Gpu, Machine, examine, main, read_gpus, this_machine, weight_names
from generation.settings import GenerationConfig
from serving.settings import read_yaml
from splats.errors import RendererMissing

CONFIGS = Path(__file__).parents[2] / "generation/configs"
WEIGHTS = ("mvdream", "tokenizer", "lgm", "matting")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CARD = Gpu("NVIDIA Test", "580.1", 24_000, 23_000)


def no_kernels() -> str:
    raise RendererMissing("gsplat found no CUDA compiler")


def no_gsplat() -> str:
    raise RendererMissing("gsplat is not installed")


def broken_build() -> str:
    raise RuntimeError("In file included from a.cu\nError building extension 'gsplat_cuda'\n")


def empty_hub(repository: str, revision: str, file: str, offline: bool) -> Path:
    raise OSError("not on this machine")


COMPLETE = Machine(
    gpus=lambda: [CARD],
    torch_cuda=lambda: ("13.2", 1),
    libraries=list,
    toolkit=lambda: "/usr/local/cuda/bin/nvcc",
    renderer=lambda: "gsplat-1.5.3",
    free_mib=lambda _folder: 100_000,
    hub=empty_hub,
)


@pytest.fixture
def config(tmp_path: Path) -> GenerationConfig:
    """The shipped configuration of LGM with weights that exist."""
    for name in WEIGHTS:
        (tmp_path / f"{name}.pt").touch()
    return with_table(table_at(tmp_path, "."))


def with_table(table: Path, **changes: object) -> GenerationConfig:
    shipped = read_yaml(CONFIGS / "lgm.yaml", GenerationConfig)
    return shipped.model_copy(update={"options": {**shipped.options, "weights": str(table)}, **changes})


def table_at(path: Path, folder: str) -> Path:
    entry = "{folder: %s, files: {weights: %s.pt}, licence: MIT, size_mib: 1000}"
    (path / "weights.yaml").write_text("".join(f"{name}: {entry % (folder, name)}\n" for name in WEIGHTS))
    return path / "weights.yaml"


@pytest.fixture
def nowhere(tmp_path: Path) -> GenerationConfig:
    """The same with weights that do not exist."""
    return with_table(table_at(tmp_path, "nowhere"))


def test_a_machine_that_has_everything_is_ready(config: GenerationConfig) -> None:
    found = examine(config, COMPLETE)
    assert [finding.name for finding in found if not finding.ok] == []
    assert {"driver", "GPU 0", "PyTorch", "cuda", "CUDA toolkit", "gsplat", "libraries", "weights"} == {
        f.name for f in found
    }


@pytest.mark.parametrize(
    ("lacking", "name", "found", "advice"),
    [
        ({"gpus": lambda: None}, "driver", "no NVIDIA driver", "install NVIDIA's driver"),
        ({"gpus": list}, "GPU", "lists no GPU", "--gpus all"),
        ({"torch_cuda": lambda: (None, 0)}, "PyTorch", "built without CUDA", "setup_env.sh"),
        (
            {"torch_cuda": lambda: ("13.2", 0)},
            "PyTorch",
            "driver 580.1 does not support",
            "update the driver to one for CUDA 13.2",
        ),
        (
            {"gpus": lambda: [replace(CARD, free_mib=500)]},
            "cuda",
            "500 MiB of memory free",
            "programs that nvidia-smi lists",
        ),
        (
            {"toolkit": lambda: None, "renderer": no_kernels},
            "CUDA toolkit",
            "nvcc not found",
            "install the CUDA toolkit",
        ),
        ({"renderer": no_gsplat}, "gsplat", "not installed", "setup_env.sh"),
        ({"renderer": broken_build}, "gsplat", "Error building extension 'gsplat_cuda'", "setup_env.sh"),
        (
            {"renderer": broken_build, "compiler_cuda": lambda _path: "12.4"},
            "CUDA toolkit",
            "/usr/local/cuda/bin/nvcc is of CUDA 12.4, PyTorch of CUDA 13.2",
            "install the CUDA toolkit 13.x and set CUDA_HOME to it",
        ),
        ({"libraries": lambda: ["diffusers"]}, "libraries", "not installed: diffusers", "setup_env.sh"),
    ],
    ids=["driver", "gpu", "torch-build", "old-driver", "vram", "toolkit", "gsplat", "build", "compiler", "libraries"],
)
def test_whatever_is_lacking_is_reported_with_advice(
    config: GenerationConfig, lacking: dict[str, object], name: str, found: str, advice: str
) -> None:
    faults = [finding for finding in examine(config, replace(COMPLETE, **lacking)) if not finding.ok]
    assert faults[0].name == name
    assert found in faults[0].found
    assert advice in faults[0].advice


def test_all_missing_weights_are_reported_at_once(nowhere: GenerationConfig) -> None:
    (fault,) = [finding for finding in examine(nowhere, COMPLETE) if not finding.ok]
    assert fault.name == "weights"
    assert all(f"{name}.pt" in fault.found for name in WEIGHTS)
    assert "--fetch" in fault.found


def test_a_full_disk_is_reported_before_anything_is_fetched(nowhere: GenerationConfig) -> None:
    faults = [f for f in examine(nowhere, replace(COMPLETE, free_mib=lambda _: 5000), fetch=True) if not f.ok]
    assert [fault.name for fault in faults] == ["disk", "weights"]
    assert "5000 MiB free" in faults[0].found
    assert "about 6048 needed" in faults[0].found
    assert "HF_HOME" in faults[0].advice


def test_weights_that_cannot_be_fetched_are_reported(nowhere: GenerationConfig) -> None:
    faults = [finding for finding in examine(nowhere, COMPLETE, fetch=True) if not finding.ok]
    assert [fault.name for fault in faults] == ["weights"]


class Hub:
    """A hub whose files are downloaded when they are fetched, all of one commit."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.fetched: list[str] = []

    def __call__(self, repository: str, revision: str, file: str, offline: bool) -> Path:
        path = self.cache / repository.replace("/", "--") / "snapshots" / COMMIT / file
        if offline and not path.exists():
            raise OSError("not on this machine")
        if not offline:
            self.fetched.append(f"{repository}@{revision}/{file}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return path


def hub_table(path: Path, **changes: str) -> Path:
    """Write a table of weights in a hub, with these changes to each entry."""
    given = {"hub": "some/one", "licence": "MIT", "size_mib": 1000, **changes}
    entries = {name: {**given, "files": {"weights": f"{name}.pt"}} for name in WEIGHTS}
    (path / "weights.yaml").write_text(yaml.safe_dump(entries))
    return path / "weights.yaml"


def test_missing_weights_are_fetched_only_with_the_flag(tmp_path: Path) -> None:
    config, hub = with_table(hub_table(tmp_path, revision=COMMIT)), Hub(tmp_path)
    machine = replace(COMPLETE, hub=hub)
    assert [finding.name for finding in examine(config, machine) if not finding.ok] == ["weights"]
    assert hub.fetched == []
    fetched = examine(config, machine, fetch=True)
    assert all(finding.ok and not finding.advice for finding in fetched)
    assert fetched[-1].found == "fetched: mvdream, tokenizer, lgm, matting"
    assert hub.fetched == [f"some/one@{COMMIT}/{name}.pt" for name in WEIGHTS]
    assert all(finding.ok for finding in examine(config, machine))


def test_weights_that_may_change_are_noted_with_the_commits_to_pin(tmp_path: Path) -> None:
    config, machine = with_table(hub_table(tmp_path)), replace(COMPLETE, hub=Hub(tmp_path))
    note = examine(config, machine, fetch=True)[-1]
    assert note.ok
    assert str(note).startswith("note   not pinned: mvdream (main), tokenizer (main), lgm (main), matting (main)\n")
    assert f"`revision: {COMMIT}` for mvdream" in note.advice
    assert note == examine(config, machine)[-1]


def test_a_device_number_beyond_the_last_gpu(config: GenerationConfig) -> None:
    (fault,) = [f for f in examine(config.model_copy(update={"devices": ["cuda:0", "cuda:3"]}), COMPLETE) if not f.ok]
    assert (fault.name, fault.found) == ("cuda:3", "no such device; number of GPUs: 1")
    assert "cuda:0 to cuda:0" in fault.advice


def test_compiled_kernels_need_no_compiler(config: GenerationConfig) -> None:
    assert all(finding.ok for finding in examine(config, replace(COMPLETE, toolkit=lambda: None)))


def test_the_procedural_generator_needs_nothing() -> None:
    bare = replace(COMPLETE, gpus=lambda: None, libraries=lambda: ["diffusers"])
    assert all(finding.ok for finding in examine(read_yaml(CONFIGS / "procedural.yaml", GenerationConfig), bare))


def test_the_colour_key_is_not_a_name_of_weights() -> None:
    config = GenerationConfig(backend="lgm", options={"matting": "colour-key", "lgm": "lgm", "steps": 3})
    assert weight_names(config) == ["lgm"]


def test_the_command_prints_the_findings_and_the_number_of_faults(capsys: pytest.CaptureFixture[str]) -> None:
    bare = replace(COMPLETE, gpus=lambda: None, libraries=lambda: ["diffusers"])
    assert main([], bare) == 1
    printed = capsys.readouterr().out
    assert "FAULT  driver: no NVIDIA driver" in printed
    assert "→ install NVIDIA's driver" in printed
    assert printed.endswith("2 faults: fix the first one and run this again\n")
    assert main(["--config", str(CONFIGS / "procedural.yaml")], bare) == 0


def test_a_missing_configuration_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--config", str(tmp_path / "none.yaml")], COMPLETE)
    assert raised.value.code == 2
    assert "cannot read" in capsys.readouterr().err


def test_nvidia_smi_output_is_parsed() -> None:
    text = "NVIDIA H200, 570.86, 143771, 143000\nNVIDIA H200, 570.86, 143771, 12\n"
    assert read_gpus(text) == [Gpu("NVIDIA H200", "570.86", 143771, 143000), Gpu("NVIDIA H200", "570.86", 143771, 12)]
    assert read_gpus("No devices were found\n") == []


def test_every_check_runs_on_this_machine(tmp_path: Path) -> None:
    machine = this_machine()
    assert machine.gpus() is None or isinstance(machine.gpus(), list)
    assert machine.torch_cuda()[1] >= 0
    assert machine.libraries() == []
    assert machine.free_mib(tmp_path / "not" / "yet") > 0
