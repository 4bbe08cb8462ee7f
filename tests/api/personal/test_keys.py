"""The key file: made private, refused when it is not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from api.personal.errors import BadKeyFile, UnknownKey
from api.personal.keys import MasterKeys, add_key, new_key_file, read_key_file
from graph_models.domain.errors import InvalidValue


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_new_file_is_for_its_owner_alone(path: Path) -> None:
    key_id = new_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path).current_id == key_id


def test_a_file_that_is_there_is_not_replaced(path: Path) -> None:
    """What it sealed could never be opened again."""
    new_key_file(path)
    before = path.read_bytes()
    with pytest.raises(BadKeyFile, match="not be there yet"):
        new_key_file(path)
    assert path.read_bytes() == before


def test_an_added_key_becomes_the_current_one(path: Path) -> None:
    first = new_key_file(path)
    second = add_key(path)
    keys = read_key_file(path)
    assert list(keys.by_id) == [second, first]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o700, 0o4600])
def test_a_file_that_others_may_use_is_refused(path: Path, mode: int) -> None:
    new_key_file(path)
    path.chmod(mode)
    with pytest.raises(BadKeyFile, match="chmod 600"):
        read_key_file(path)


KEY = "A" * 43 + "="


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "k1\n",
        f"k1 {KEY} more\n",
        "k1 QUFB\n",
        f"two/words {KEY}\n",
        f"k1 {KEY}\nk1 {KEY}\n",
        "k1 ü\n",
    ],
)
def test_what_is_no_key_file_is_refused_without_being_repeated(path: Path, content: str) -> None:
    path.write_text(content, "utf-8")
    path.chmod(0o600)
    with pytest.raises(BadKeyFile) as caught:
        read_key_file(path)
    assert KEY not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_missing_file_and_a_folder_are_refused(path: Path) -> None:
    with pytest.raises(BadKeyFile, match="be readable"):
        read_key_file(path)
    with pytest.raises(BadKeyFile, match="be readable"):
        read_key_file(path.parent)


def test_keys_are_not_shown_and_have_one_length() -> None:
    keys = MasterKeys({"k1": b"x" * 32})
    assert "x" not in repr(keys).removeprefix("MasterKeys")
    with pytest.raises(InvalidValue, match="have 32 bytes"):
        MasterKeys({"k1": b"x" * 16})
    with pytest.raises(UnknownKey, match="'k2'"):
        keys["k2"]
