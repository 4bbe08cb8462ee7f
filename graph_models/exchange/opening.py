"""Opening files: gzip with a bound, numbered lines of bounded length."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from graph_models.exchange.problems import Finding

MAX_LINE_CHARACTERS = 1 << 20
GZIP_FREE_BYTES = 64 << 20
GZIP_MAX_RATIO = 200
CHUNK_BYTES = 1 << 16


class BadFile(Exception):
    """A file cannot be read (further); carries the finding to report."""

    def __init__(self, reason: str, hint: str = "", value_class: str = "file") -> None:
        super().__init__(reason)
        self.finding = Finding(None, value_class, reason, hint)


class LineTooLong(Exception):
    """A physical line exceeds `MAX_LINE_CHARACTERS`; the rest of it has been skipped."""


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading; ``.gz`` is unpacked on the way, up to a bound.

    Raises
    ------
    BadFile
        If the file is missing or not readable; later, if it unpacks to far more than its size.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadFile(f"cannot be opened: {error.strerror or type(error).__name__}") from error
    return io.BufferedReader(_BoundedGzip(raw), CHUNK_BYTES) if path.suffix == ".gz" else raw


def bytes_read(stream: BinaryIO) -> int:
    """Return how many bytes of the file on disk have been read."""
    raw = getattr(stream, "raw", None)
    return raw.packed_position() if isinstance(raw, _BoundedGzip) else stream.tell()


class _BoundedGzip(io.RawIOBase):
    """Unpacks gzip until the result is out of proportion to what was read: a bomb."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._unpacked = gzip.GzipFile(fileobj=raw)
        self._produced = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants Buffer
        try:
            data = self._unpacked.read(len(buffer))
        except (EOFError, OSError, ValueError) as error:
            raise BadFile("is not a complete gzip file", "copy the file again") from error
        self._produced += len(data)
        if self._produced > max(GZIP_FREE_BYTES, GZIP_MAX_RATIO * self._raw.tell()):
            raise BadFile("unpacks to more than 200 times its size", "unpack it yourself if you trust it")
        buffer[: len(data)] = data
        return len(data)

    def packed_position(self) -> int:
        return self._raw.tell()

    def close(self) -> None:
        self._raw.close()
        super().close()


class Lines:
    """Physical lines of a text file, each with its number; some can be handed back.

    Bytes that do not belong to the encoding become lone surrogates, which `is_damaged` finds.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        name = "utf-8-sig" if encoding == "utf-8" else encoding
        self._stream = open_bytes(path)
        self._text = io.TextIOWrapper(self._stream, name, errors="surrogateescape", newline="")
        self._returned: list[str] = []
        self.number = 0

    @property
    def position(self) -> int:
        """Bytes of the file that have been read."""
        return bytes_read(self._stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        self.number += 1
        if self._returned:
            return self._returned.pop()
        line = self._text.readline(MAX_LINE_CHARACTERS)
        if not line:
            self.number -= 1
            raise StopIteration
        if len(line) == MAX_LINE_CHARACTERS and line[-1] not in "\r\n":
            while (rest := self._text.readline(MAX_LINE_CHARACTERS)) and rest[-1] not in "\r\n":
                pass
            raise LineTooLong
        return line

    def give_back(self, lines: list[str]) -> None:
        """Return lines, last read last, so that they are read again."""
        self._returned.extend(reversed(lines))
        self.number -= len(lines)


def is_damaged(text: str) -> bool:
    """Tell whether a text holds bytes that were not valid in its encoding."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
