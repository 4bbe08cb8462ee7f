"""Opening files: gzip with a bound, declared encodings, numbered lines of bounded length."""

from __future__ import annotations

import codecs
import gzip
import io
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from charset_normalizer import from_bytes

from graph_models.domain.errors import InvalidValue
from graph_models.exchange.problems import Finding

MAX_LINE_CHARACTERS = 1 << 20
GZIP_FREE_BYTES = 64 << 20
GZIP_MAX_RATIO = 200
_CHUNK = 1 << 16
_SAMPLE = 1 << 16
# Chinese encodings first: gb18030 contains gbk and gb2312, so it names all three.
_LIKELY = ["gb18030", "big5", "utf_16", "utf_32", "shift_jis", "euc_kr", "cp1252"]


class BadFile(Exception):
    """A file cannot be read (further); carries the finding to report."""

    def __init__(self, reason: str, hint: str = "", value_class: str = "file") -> None:
        super().__init__(reason)
        self.finding = Finding(None, value_class, reason, hint)


class LineTooLong(Exception):
    """A physical line exceeds `MAX_LINE_CHARACTERS`; the rest of it has been skipped."""


def check_encoding(encoding: str) -> str:
    """Return the canonical name of an encoding.

    Raises
    ------
    InvalidValue
        If no text encoding has this name.
    """
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError) as error:
        raise InvalidValue("encoding", "name a text encoding such as utf-8 or gb18030", encoding) from error
    return name


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
    return io.BufferedReader(_BoundedGzip(raw), _CHUNK) if path.suffix == ".gz" else raw


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


def inspect_text_file(path: Path, encoding: str) -> Finding | None:
    """Read a whole text file once and say if it is empty or plainly in another encoding.

    Single damaged lines in an otherwise valid file are left to the row checks.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    is_empty = True
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(_CHUNK):
                is_empty = is_empty and not chunk.removeprefix(codecs.BOM_UTF8).strip()
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return _judge_encoding(chunk + stream.read(_SAMPLE), encoding)
    except BadFile as error:
        return error.finding
    if is_empty:
        return Finding(None, "file", "the file is empty", "a table needs at least its header")
    return None


def _judge_encoding(sample: bytes, encoding: str) -> Finding | None:
    # The first and last line of a sample may be cut in the middle of a character.
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _refusal(encoding, "utf-16")
    lines = [line for line in sample.split(b"\n")[1:-1] or [sample] if not line.isascii()]
    damaged = [line for line in lines if not _decodes(line, encoding)]
    if lines and len(damaged) <= len(lines) // 2:
        return None
    if not lines and _decodes(sample.split(b"\n")[0], encoding):
        return None
    return _refusal(encoding, _guess_encoding(b"\n".join(damaged) or sample))


def _refusal(encoding: str, likely: str | None) -> Finding:
    hint = f"it looks like {likely}: load it with --encoding {likely}" if likely else "save it as UTF-8"
    return Finding(None, "file", f"the file is not valid {encoding}", hint)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _guess_encoding(data: bytes) -> str | None:
    best = from_bytes(data, cp_isolation=_LIKELY).best()
    return None if best is None else best.encoding.replace("_", "-")
