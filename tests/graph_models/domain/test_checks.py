from __future__ import annotations

import pytest

from graph_models.domain.checks import check_base64, check_text
from graph_models.domain.errors import InvalidValue


@pytest.mark.parametrize("text", ["越秀区　社工站", "Maison\u00a0de quartier", "a b", "志愿者"])
def test_names_are_written_with_several_spaces(text: str) -> None:
    """The ideographic and the no-break space belong to names."""
    check_text("name", text)


@pytest.mark.parametrize("text", ["a\tb", "a\u200bb", "a\x00b", "a\u2028b", "a\ue000b", "\ud800"])
def test_what_cannot_be_seen_is_refused(text: str) -> None:
    """Control, format, private and broken characters do not."""
    with pytest.raises(InvalidValue, match="name must hold printable characters only"):
        check_text("name", text)


@pytest.mark.parametrize("text", ["", " ", "　", "\u00a0\u202f"])
def test_blanks_are_no_text(text: str) -> None:
    """A text of spaces alone is empty."""
    with pytest.raises(InvalidValue, match="name must be a text that is not empty"):
        check_text("name", text)


@pytest.mark.parametrize("text", ["AAAA", "AAA=", "/+8="])
def test_ciphertexts_are_base64(text: str) -> None:
    check_base64("sealed", text)


@pytest.mark.parametrize("text", ["", "AAA", "AAAA\n", "AA==AA==", "-_8=", "张三", b"AAAA", None, "A" * 8196])
def test_other_text_is_no_ciphertext(text: object) -> None:
    """What goes into a column of ciphertexts unencrypted is refused, and not repeated."""
    with pytest.raises(InvalidValue, match="sealed must be base64 text") as caught:
        check_base64("sealed", text)
    assert caught.value.__cause__ is None
