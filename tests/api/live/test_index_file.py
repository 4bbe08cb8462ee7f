"""The file of an index: whole or refused, and replaced all at once."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.live import index_file
from matcher.answers import SavedMatcher
from matcher.engine import Engine, SavedEngine, UnusableIndex
from tests.builders import a_provider

FLIPS, KILLS = 30, 8
# Writes what is there again and again under the next cursor; the argument limits the size of its files.
WRITER = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from api.live import index_file
path = Path(sys.argv[1])
saved = index_file.read(path)
if sys.argv[2:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
print("ready", flush=True)
while True:
    saved = replace(saved, cursor=saved.cursor + 1)
    index_file.write(path, saved)
"""


def a_saved_matcher(**arrays: Any) -> SavedMatcher:
    engine = Engine([a_provider(f"p{number}") for number in range(200)]).saved()
    return SavedMatcher(7, "digest", engine._replace(arrays={**engine.arrays, **arrays}))


@pytest.fixture
def saved() -> SavedMatcher:
    return a_saved_matcher()


@pytest.fixture
def path(tmp_path: Path, saved: SavedMatcher) -> Path:
    path = tmp_path / "city.db.index"
    index_file.write(path, saved)
    return path


def is_same(one: SavedEngine, other: SavedEngine) -> bool:
    return (one.layout, one.words, [*one.arrays]) == (other.layout, other.words, [*other.arrays]) and all(
        array.dtype == other.arrays[name].dtype and np.array_equal(array, other.arrays[name])
        for name, array in one.arrays.items()
    )


def test_what_is_read_is_what_was_written(path: Path, saved: SavedMatcher) -> None:
    """Every array with its type and shape, aligned as compiled code wants it; nobody else may read it."""
    again = index_file.read(path)
    assert (again.cursor, again.change_set) == (saved.cursor, saved.change_set)
    assert is_same(again.engine, saved.engine)
    assert all(array.flags.aligned and array.flags.writeable for array in again.engine.arrays.values())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*path.parent.iterdir()] == [path]


def test_arrays_longer_than_a_stretch_and_empty_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checksums go over any number of stretches, and the space between arrays."""
    monkeypatch.setattr(index_file, "STRETCH", 128)
    lengths = (0, 1, 127, 128, 129, 1_000)
    saved = a_saved_matcher(**{f"a{length}": np.arange(length, dtype=np.uint8) for length in lengths})
    index_file.write(tmp_path / "index", saved)
    assert is_same(index_file.read(tmp_path / "index").engine, saved.engine)


def test_what_is_written_to_the_arrays_stays_with_their_reader(path: Path, saved: SavedMatcher) -> None:
    """The map is private: rows that change do not damage the file."""
    for array in index_file.read(path).engine.arrays.values():
        array[...] = 1
    assert is_same(index_file.read(path).engine, saved.engine)


def test_a_flipped_bit_anywhere_is_noticed(path: Path) -> None:
    """In the arrays, between them, in the header, and in each byte of the tail."""
    content = path.read_bytes()
    drawn = np.random.default_rng(17)
    header = int.from_bytes(content[-index_file.TAIL.size :][:8], "little")
    places = {
        *drawn.integers(0, len(content), FLIPS).tolist(),
        *drawn.integers(len(content) - index_file.TAIL.size - header, len(content), FLIPS).tolist(),
        *range(len(content) - index_file.TAIL.size, len(content)),
    }
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(drawn.integers(8))
        path.write_bytes(damaged)
        with pytest.raises(UnusableIndex):
            index_file.read(path)


@pytest.mark.parametrize("share", [0, 0.00001, 0.5, 0.9, 0.99999])
def test_a_file_cut_short_is_noticed(path: Path, share: float) -> None:
    """However little is left or lost."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnusableIndex, match="cut short"):
        index_file.read(path)


def test_an_older_format_is_refused(path: Path) -> None:
    """What another version wrote is not guessed at."""
    content = path.read_bytes()
    path.write_bytes(content.removesuffix(index_file.FORMAT) + b"LMINDEX0")
    with pytest.raises(UnusableIndex, match="format"):
        index_file.read(path)


def wait_for(path: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, "nothing was written"
        time.sleep(0.001)


def test_killing_the_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    """kill -9 at any moment: what is there is an old or a new file, and the next writer is not in the way."""
    path, part = tmp_path / "index", tmp_path / "index.part"
    saved = a_saved_matcher(much=np.arange(8_000_000))
    index_file.write(path, saved)
    parts_left, cursor = 0, saved.cursor
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            try:
                assert writer.stdout is not None
                assert writer.stdout.readline() == "ready\n"
                wait_for(part)
                time.sleep(0.01 * kill)
            finally:
                writer.kill()
        parts_left += part.exists()
        again = index_file.read(path)
        assert again.cursor >= cursor
        cursor = again.cursor
        assert is_same(again.engine, saved.engine)
    assert parts_left, "no writer was killed in the middle"
    index_file.write(path, replace(saved, cursor=0))
    assert index_file.read(path).cursor == 0
    assert [*tmp_path.iterdir()] == [path]


def test_a_full_disk_leaves_the_old_file(path: Path) -> None:
    """What cannot be written to its end takes no name and no space."""
    before = path.read_bytes()
    command = [sys.executable, "-c", WRITER, str(path), str(len(before) // 2)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "OSError" in done.stderr
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]


def test_two_writers_do_not_mix(path: Path, saved: SavedMatcher) -> None:
    """Whoever comes while another process writes leaves it to that."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError, match="another process"):
            index_file.write(path, saved)
        assert part.exists()
    index_file.write(path, saved)
