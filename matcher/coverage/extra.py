"""What is said when the libraries of spatial analysis are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graph_models.domain.errors import LastMeterError


class ExtraNotInstalled(LastMeterError):
    """The packages for coverage studies are not installed."""

    def __init__(self) -> None:
        super().__init__("this study needs more packages: pip install 'lastmeter[coverage]'")


@contextmanager
def needing_extra() -> Iterator[None]:
    """Wrap imports of the optional packages, which take seconds and may be missing.

    Raises
    ------
    ExtraNotInstalled
        If one is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ExtraNotInstalled from error
