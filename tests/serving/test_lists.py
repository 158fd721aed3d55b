"""Lists as people write them: comments, quotes, line ends and encodings."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.lists import NotTextError, read_list


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (b"a red chair\na blue cup\n", ["a red chair", "a blue cup"]),
        (b"\xef\xbb\xbfa red chair\r\na blue cup", ["a red chair", "a blue cup"]),
        (b"a red chair\ra blue cup\r", ["a red chair", "a blue cup"]),
        (b"# my prompts\n\n  \n a red chair  # the best\n", ["a red chair"]),
        (b'"a red chair"\n  "a mug with #1 on it" # a gift\n', ["a red chair", "a mug with #1 on it"]),
        (b"'a red chair'\n", ["a red chair"]),
        (b'"a 12"" pizza"\na 12" pizza\n', ['a 12" pizza', 'a 12" pizza']),
        (b'"big" and "small"\n', ['"big" and "small"']),
        ("caf\u00e9\u2028table\n".encode(), ["caf\u00e9\u2028table"]),
        (b"", []),
    ],
)
def test_entries_are_read_without_comments_and_quotes(tmp_path: Path, text: bytes, entries: list[str]) -> None:
    (tmp_path / "list").write_bytes(text)
    assert read_list(tmp_path / "list") == (entries, 0)


def test_lines_in_another_encoding_are_counted(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes("a caf\u00e9\na red chair\n".encode("latin-1"))
    assert read_list(tmp_path / "list") == (["a red chair"], 1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ["a red chair\n\u6905\n", "\u4e2d\u6750\u8272\u7684\u6905\u5b50" * 9 + "\n"])
def test_a_file_that_is_not_text_in_utf8_is_refused(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "list").write_bytes(text.encode(encoding))
    with pytest.raises(NotTextError, match="save it as UTF-8"):
        read_list(tmp_path / "list")
