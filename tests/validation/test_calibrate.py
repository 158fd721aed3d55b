from __future__ import annotations

from pathlib import Path

import pytest
import torch

from splats.codecs import encode_spz
from splats.model import Splats
from validation.calibrate import (
    CalibrationError,
    CalibrationSamples,
    collect,
    fit_gates,
    fit_platt,
    fit_scale,
    main,
    next_version,
    read_pairs,
)
from validation.scoring.clip import load_encoder
from validation.scoring.score import view_scores
from validation.scoring.scorer import Alignment, Gate, Gates, ScorerFiles, WeakSide, find_scorer_files, read_constants


@pytest.fixture
def pairs_folder(honest: Splats, tmp_path: Path) -> Path:
    (tmp_path / "ball.spz").write_bytes(encode_spz(honest))
    (tmp_path / "junk.spz").write_bytes(b"junk")
    (tmp_path / "pairs.csv").write_text("asset,prompt\nball.spz,a red ball\nball.spz,a blue nose\njunk.spz,junk\n")
    return tmp_path


def test_reads_pairs(pairs_folder: Path) -> None:
    assert next((pair.asset.name, pair.prompt) for pair in read_pairs(pairs_folder)) == ("ball.spz", "a red ball")


def test_pairs_of_a_spreadsheet_are_cleaned(pairs_folder: Path) -> None:
    text = '\ufeffasset,prompt\r\nball.spz,"a red\r\nball "\r\nball.spz,a blue\u200b nose\r\n'
    (pairs_folder / "pairs.csv").write_text(text, encoding="utf-8", newline="")
    assert [pair.prompt for pair in read_pairs(pairs_folder)] == ["a red ball", "a blue nose"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,text\na,b\n", "columns asset and prompt"),
        ("asset,prompt\nnone.spz,x\nnone.spz,y\n", "do not exist"),
        ("asset,prompt\nball.spz\n", "columns asset and prompt"),
        ("asset,prompt\nball.spz,\n", "the prompt is empty"),
        ("asset,prompt\nball.spz,x\n", "two different prompts"),
    ],
)
def test_refuses_pairs_it_cannot_use(pairs_folder: Path, text: str, message: str) -> None:
    (pairs_folder / "pairs.csv").write_text(text)
    with pytest.raises(CalibrationError, match=message):
        read_pairs(pairs_folder)


def test_collects_cosines_and_leaves_refused_assets_out(pairs_folder: Path, tiny_scorer: ScorerFiles) -> None:
    samples = collect(read_pairs(pairs_folder), load_encoder(tiny_scorer), tiny_scorer.constants, seeds=2)
    assert samples.right.shape == (4, 16)
    assert samples.wrong.shape == (4, 16, 16)
    assert samples.negatives.shape == (4, 16, 2)
    assert samples.measures["coverage"].shape == (4,)


def test_a_clear_difference_gets_a_steep_scale() -> None:
    right, wrong = torch.full((3, 16), 0.3), torch.full((3, 5, 16), 0.1)
    blurred = right - 0.15 + 0.1 * torch.randn(3, 16, generator=torch.Generator().manual_seed(0))
    negatives = torch.full((3, 16, 6), 0.2)
    clear = fit_scale(CalibrationSamples(right.double(), wrong.double(), negatives.double(), {}))
    unclear = fit_scale(CalibrationSamples(blurred.double(), wrong.double() + 0.1, negatives.double(), {}))
    assert clear == 200
    assert unclear < 50


def test_the_scale_is_fitted_to_the_scorers_own_formula_bias_included() -> None:
    draw = torch.Generator().manual_seed(0)
    right = 0.3 + 0.05 * torch.randn(40, 16, generator=draw).double()
    wrong = 0.15 + 0.05 * torch.randn(40, 1, 16, generator=draw).double()
    negatives = torch.full((40, 16, 2), 0.25).double()

    def log_loss(scale: float) -> float:
        formula = Alignment(scale=scale, negatives=("empty", "nothing"), bias=2.0)
        pairs = zip(right, wrong[:, 0], negatives, strict=True)
        scores = [(view_scores(r, n, formula).log(), (1 - view_scores(w, n, formula)).log()) for r, w, n in pairs]
        return -float(torch.stack([r + w for r, w in scores]).mean())

    found = fit_scale(CalibrationSamples(right, wrong, negatives, {}), 2.0)
    assert 2 < found < 199
    assert log_loss(found) < min(log_loss(0.9 * found), log_loss(1.1 * found))
    assert fit_scale(CalibrationSamples(right, wrong, negatives, {})) != found


def test_platt_finds_the_middle() -> None:
    draw = torch.Generator().manual_seed(0)
    right = 0.6 + 0.05 * torch.randn(500, generator=draw)
    wrong = 0.4 + 0.05 * torch.randn(5000, generator=draw)
    line = fit_platt(right, wrong)
    assert -line.offset / line.slope == pytest.approx(0.5, abs=0.01)


def test_platt_refuses_a_model_that_cannot_distinguish_anything() -> None:
    with pytest.raises(CalibrationError, match="no closer"):
        fit_platt(torch.full((10,), 0.2), torch.full((10,), 0.4))


def test_gates_leave_honest_assets_alone() -> None:
    gates = Gates(weak_side=WeakSide(zero=0, full=0.5, share=0.25), coverage=Gate(zero=0, full=0.9))
    fitted = fit_gates(gates, torch.full((50, 16), 0.8), {"coverage": torch.linspace(0.1, 0.3, 50)})
    assert fitted.weak_side is not None
    assert fitted.weak_side.full == pytest.approx(0.72)
    assert fitted.coverage is not None
    assert 0.09 <= fitted.coverage.full < 0.1
    assert fitted.sharpness is None


def test_the_next_version_names_the_old_files(tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    folder = next_version(tiny_scorer, tiny_scorer.constants, tmp_path, "a test")
    assert folder.name == "tiny@2"
    files = find_scorer_files(str(folder))
    assert files.weights.resolve() == tiny_scorer.weights.resolve()
    assert next_version(tiny_scorer, tiny_scorer.constants, tmp_path, "again").name == "tiny@3"
    load_encoder(files)


def test_the_command_writes_a_version(pairs_folder: Path, tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    arguments = [
        "--scorer",
        str(tiny_scorer.folder),
        "--pairs",
        str(pairs_folder),
        "--seeds",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(arguments) == 0
    assert "Fitted to 3 pairs" in read_constants(tmp_path / "out" / "tiny@2").origin


def test_the_command_says_what_is_wrong(
    tiny_scorer: ScorerFiles, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--scorer", str(tiny_scorer.folder), "--pairs", str(tmp_path)])
    assert "pairs.csv" in capsys.readouterr().err
