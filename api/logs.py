"""Logs: one JSON object a line, made only of fields that cannot hold personal data."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from pathlib import PurePath
from typing import Any, TextIO

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter

# Everything else is dropped: a new field has to be thought about here.
FIELDS = frozenset(
    (
        *("timestamp", "level", "logger", "event"),
        *("request_id", "method", "route", "status", "duration_ms"),
        *("error", "at", "reason"),
    )
)


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    """Send this program's and its libraries' logs to one stream."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _place_of_error,
        _allowed_fields,
    ]
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[_driver_template, *shared],
            processors=[ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(_dump)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def _dump(event: Any, **_: Any) -> str:
    return orjson.dumps(event).decode()


def describe_error(error: BaseException) -> dict[str, str]:
    """Say which error was raised where. Its message stays out: it may quote what it refuses."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return {"error": type(error).__name__}
    code = trace.tb_frame.f_code
    place = f"{PurePath(code.co_filename).name}:{trace.tb_lineno} {code.co_name}"
    return {"error": type(error).__name__, "at": place}


def _driver_template(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the values out of what the database driver logs: they are addresses, errors and queries."""
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] == "neo4j":
        event["event"] = str(record.msg)
    return event


def _place_of_error(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Describe the exceptions that libraries log."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event.update(describe_error(error))
    return event


def _allowed_fields(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # structlog's own bookkeeping of foreign records starts with an underscore.
    return {name: value for name, value in event.items() if name in FIELDS or name.startswith("_")}
