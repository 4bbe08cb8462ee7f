"""Encodings of text files: the declared one is checked, another one recognised and named."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from graph_models.domain.errors import InvalidValue
from graph_models.exchange.opening import CHUNK_BYTES, BadFile, open_bytes
from graph_models.exchange.problems import Finding

_SAMPLE = 1 << 16
# Chinese encodings first: gb18030 contains gbk and gb2312, so it names all three.
_LIKELY = ["gb18030", "big5", "utf_16", "utf_32", "shift_jis", "euc_kr", "cp1252"]


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


def inspect_text_file(path: Path, encoding: str) -> Finding | None:
    """Read a whole text file once and say if it is empty or plainly in another encoding.

    Single damaged lines in an otherwise valid file are left to the row checks.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    is_empty = True
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
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
