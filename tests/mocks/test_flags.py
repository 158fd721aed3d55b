"""The mocks' command lines: a neuron's flags and their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from mocks import check_versions, mock_client, mock_miner, mock_validator


@pytest.mark.parametrize(
    ("main", "flags"),
    [
        (check_versions.main, ["--netuid"]),
        (mock_miner.main, ["--generation.endpoint"]),
        (mock_client.main, ["--prompt", "--out", "--poll", "--netuid"]),
        (mock_validator.main, ["--prompt", "--score", "--netuid"]),
    ],
)
def test_help_lists_a_mocks_own_flags_and_the_neurons(
    main: Callable[[Sequence[str]], int], flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"  {flag} " in shown for flag in flags)


@pytest.mark.parametrize("main", [mock_client.main, mock_validator.main])
def test_a_flag_without_a_value_of_its_type_is_refused(
    main: Callable[[Sequence[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--netuid", "many"])
    assert ended.value.code == 2
    assert "--netuid" in capsys.readouterr().err


def test_the_mock_validator_refuses_an_empty_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        mock_validator.main(["--prompt", " "])
    assert ended.value.code == 2
    assert "the prompt is empty" in capsys.readouterr().err
