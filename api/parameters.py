"""Parameters of the matching model: those of the settings, or those that ship with it."""

from __future__ import annotations

from pathlib import Path

from graph_models.domain.errors import InvalidValue
from matcher.parameters import MatchParameters, default_parameters, parse_parameters


def read_parameters(path: Path | None) -> MatchParameters:
    if path is None:
        return default_parameters()
    try:
        return parse_parameters(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue("parameters_file", "name a readable file in UTF-8", str(path)) from error
