"""The one decoder of text files: every encoding that is met here, and nothing that is no text."""

from __future__ import annotations

import pytest

from backend.reading.encodings import decoded

TABLE = "物料编码,数量,单位\nA-1,１２,瓶\nB-2,一万,箱\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)  # fmt: skip
def test_a_table_is_the_same_text_in_every_encoding(encoding: str) -> None:
    assert TABLE == decoded(TABLE.encode(encoding))


def test_a_mark_of_either_order_is_no_part_of_the_text() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert TABLE == decoded(("\ufeff" + TABLE).encode(encoding))


@pytest.mark.parametrize(
    "content",
    [b"\xff\xff\xff", bytes(range(256)), bytes(20), b"Time,Temperature\n\0", b"\xff\xfea", b"\x89PNG\r\n\0\0\0\rIHDR"],
    ids=["no encoding", "every byte", "zeros", "one zero", "half a character", "a picture"],
)  # fmt: skip
def test_what_is_no_text_is_none(content: bytes) -> None:
    assert decoded(content) is None


def test_an_empty_file_is_an_empty_text() -> None:
    assert "" == decoded(b"") == decoded(b"\xef\xbb\xbf")
