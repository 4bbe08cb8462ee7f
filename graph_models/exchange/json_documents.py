"""JSON values with their place: one a line, or one document holding an object, an array or a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from graph_models.exchange.opening import BadFile, bytes_read, open_bytes
from graph_models.exchange.problems import Finding

MAX_LINE_BYTES = 8 << 20
MAX_DOCUMENT_BYTES = 64 << 20
LINE_SUFFIXES = {".jsonl", ".ndjson"}
_BOM = b"\xef\xbb\xbf"
_LONG = Finding(None, "text", f"the line is longer than {MAX_LINE_BYTES} bytes")


@dataclass(slots=True)
class JsonItem:
    """One JSON value: its line if it has one of its own, its number, what is wrong with it."""

    value: Any
    line: int | None
    number: int
    finding: Finding | None = None
    position: int = 0


def read_items(path: Path, encoding: str) -> Iterator[JsonItem]:
    """Iterate over the values of a JSON Lines file or a JSON document.

    A page as an HSDS API gives it is read as its ``contents``.

    Raises
    ------
    BadFile
        If a document is not JSON, or too large to be read at once.
    """
    suffixes = {suffix.lower() for suffix in path.suffixes}
    return _read_lines(path, encoding) if suffixes & LINE_SUFFIXES else _read_document(path, encoding)


def _read_lines(path: Path, encoding: str) -> Iterator[JsonItem]:
    with open_bytes(path) as stream:
        line_number = number = 0
        while data := stream.readline(MAX_LINE_BYTES):
            line_number += 1
            is_long = len(data) == MAX_LINE_BYTES and not data.endswith(b"\n")
            if is_long:
                while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
            if line_number == 1:
                data = data.removeprefix(_BOM)
            if not data.strip():
                continue
            number += 1
            value, finding = (None, _LONG) if is_long else _parse(data, encoding)
            yield JsonItem(value, line_number, number, finding, bytes_read(stream))


def _read_document(path: Path, encoding: str) -> Iterator[JsonItem]:
    with open_bytes(path) as stream:
        data = stream.read(MAX_DOCUMENT_BYTES + 1)
        position = bytes_read(stream)
    if len(data) > MAX_DOCUMENT_BYTES:
        raise BadFile(f"the document is larger than {MAX_DOCUMENT_BYTES >> 20} MiB", "write it as JSON Lines")
    value, finding = _parse(data.removeprefix(_BOM), encoding)
    if finding is not None:
        raise BadFile(finding.reason, finding.hint)
    if isinstance(value, dict) and isinstance(value.get("contents"), list):
        value = value["contents"]
    values = value if isinstance(value, list) else [value]
    for number, each in enumerate(values, start=1):
        yield JsonItem(each, None, number, None, position * number // len(values))


def _parse(data: bytes, encoding: str) -> tuple[Any, Finding | None]:
    try:
        if encoding != "utf-8":
            data = data.decode(encoding).encode()
        return orjson.loads(data), None
    except UnicodeDecodeError:
        return None, Finding(None, "text", f"the text is not valid {encoding}")
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        hint = "name its encoding with --encoding" if "UTF-8" in error.msg else "is it cut off?"
        if error.doc[error.pos :].lstrip("-").startswith(("NaN", "Inf")):
            hint = "JSON has no such number: write null"
        return None, Finding(None, "text", f"it is not JSON at {place}: {error.msg}", hint)
