"""The file of a saved index: arrays as they lie in memory, checked to the last byte, mapped when read.

    arrays     each from a multiple of 64 bytes on
    header     JSON: what the arrays stand for, where each lies, a checksum of each stretch of them
    tail       length of the header, checksum of the header, the name of this format

A file that is in place is never written to: a new one takes its name once it is whole and on disk.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import prod
from pathlib import Path
from struct import Struct
from typing import BinaryIO

import numpy as np
import orjson

from matcher.answers import SavedMatcher
from matcher.engine import SavedEngine, UnusableIndex

FORMAT = b"LMINDEX1"
TAIL = Struct("<QI8s")
ALIGNMENT = 64  # bytes
STRETCH = 16 << 20  # bytes to a checksum, which begins anew with each array
CHECKERS = 4  # threads; checksums are computed without the interpreter's lock


def write(path: Path, saved: SavedMatcher) -> None:
    """Put a new file in the place of the one that is there, all at once.

    Raises
    ------
    OSError
        If it cannot be written, or another process is just writing it; the old one is still there.
    """
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
        _claim(file, part)
        try:
            file.truncate()
            _write_all(file, saved)
            file.flush()
            os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> SavedMatcher:
    """Map a file into memory. Its arrays can be written to: that changes neither the file nor its readers.

    Raises
    ------
    FileNotFoundError
        If there is none.
    OSError
        If it cannot be read.
    UnusableIndex
        If it is of another format, or not what was written to the last byte.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < TAIL.size:
            raise UnusableIndex("it was cut short")
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    length, checksum, name = TAIL.unpack(mapped[-TAIL.size :])
    if name != FORMAT:
        raise UnusableIndex("it was cut short, or is not of the format that this version reads")
    start = len(mapped) - TAIL.size - length
    if start < 0 or zlib.crc32(mapped[start : start + length]) != checksum:
        raise UnusableIndex("its header is damaged")
    header = orjson.loads(mapped[start : start + length].tobytes())
    with ThreadPoolExecutor(CHECKERS) as pool:
        bounds = [*(offset for *_, offset in header["arrays"]), start]
        stretches = (each for first, end in pairwise(bounds) for each in _stretches(mapped[first:end]))
        if [*pool.map(zlib.crc32, stretches)] != header["checksums"]:
            raise UnusableIndex("it is damaged")
    raw = np.frombuffer(mapped, np.uint8)
    arrays = {
        name: raw[offset : offset + prod(shape) * np.dtype(dtype).itemsize].view(dtype).reshape(shape)
        for name, dtype, shape, offset in header["arrays"]
    }
    engine = SavedEngine(header["layout"], header["words"], arrays)
    return SavedMatcher(header["cursor"], header["change_set"], engine)


def _claim(file: BinaryIO, part: Path) -> None:
    """Keep other writers away. The kernel lets go when this one ends, however it ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BlockingIOError("another process is writing it") from None
    if not part.exists() or not os.path.samestat(os.fstat(file.fileno()), part.stat()):
        raise BlockingIOError("another process has just written it")


def _write_all(file: BinaryIO, saved: SavedMatcher) -> None:
    engine, offset = saved.engine, 0
    places: list[tuple[str, str, tuple[int, ...], int]] = []
    checksums: list[int] = []
    for name, array in engine.arrays.items():
        places.append((name, array.dtype.str, array.shape, offset))
        for stretch in _stretches(array.reshape(-1).view(np.uint8).data):
            file.write(stretch)
            checksums.append(zlib.crc32(stretch))
        offset += array.nbytes
        if padding := bytes(-offset % ALIGNMENT):
            file.write(padding)
            checksums[-1] = zlib.crc32(padding, checksums[-1])
            offset += len(padding)
    header = orjson.dumps(
        {
            "cursor": saved.cursor,
            "change_set": saved.change_set,
            "layout": engine.layout,
            "words": engine.words,
            "arrays": places,
            "checksums": checksums,
        }
    )
    file.write(header)
    file.write(TAIL.pack(len(header), zlib.crc32(header), FORMAT))


def _stretches(data: memoryview) -> Iterator[memoryview]:
    return (data[start : start + STRETCH] for start in range(0, len(data), STRETCH))
