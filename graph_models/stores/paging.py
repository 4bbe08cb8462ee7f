"""What may be asked of a page or a scan, the same for every store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import check_id, is_id
from graph_models.ports import E, Page
from graph_models.schema import BY_ENTITY

MAX_PAGE = 10_000
EMPTY_PAGE: Page[Any] = Page((), None)


class PageRequest(NamedTuple):
    """A page that a store can look up: filters by column, the key to start behind, its length."""

    where: dict[str, str]
    after: str
    limit: int


def check_page(
    kind: type[E], where: Mapping[str, str] | None, after: str | None, limit: int
) -> PageRequest | None:
    """Check the arguments of `GraphStore.page`.

    Returns
    -------
    PageRequest | None
        None if a filter asks for a text that no value can hold, so that the page is empty.

    Raises
    ------
    InvalidValue
        If the limit is out of range, a filter names another column than an indexed one, or the key
        to start behind cannot be a key.
    """
    check_integer("page.limit", limit, least=1, most=MAX_PAGE)
    filters = dict(where or {})
    allowed = BY_ENTITY[kind].filters()
    if not filters.keys() <= set(allowed):
        raise InvalidValue("page.where", f"name only {', '.join(allowed)}", filters)
    if after:
        check_id("page.after", after)
    # Not every text can be sent to a store, and indexed columns hold keys and words only.
    return PageRequest(filters, after or "", limit) if all(map(is_id, filters.values())) else None


def check_columns(kind: type[E], names: Sequence[str]) -> None:
    """Refuse to scan no column, or one that the kind does not have.

    Raises
    ------
    InvalidValue
        In both cases.
    """
    allowed = BY_ENTITY[kind].columns()
    if not names or not set(names) <= set(allowed):
        raise InvalidValue("scan.names", f"name some of {', '.join(allowed)}", list(names))
