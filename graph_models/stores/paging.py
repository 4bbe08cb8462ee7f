"""What may be asked of a page or a scan, the same for every store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import check_id, is_id
from graph_models.ports import E, Page, Within
from graph_models.schema import ALL_TYPES, BY_ENTITY

MAX_PAGE = 10_000
EMPTY_PAGE: Page[Any] = Page((), None)


class PageRequest(NamedTuple):
    """A page that a store can look up: filters by column, the key to start behind, length, jurisdiction."""

    where: dict[str, str]
    after: str
    limit: int
    within: Within


def check_page(
    kind: type[E], where: Mapping[str, str] | None, after: str | None, limit: int, within: Within
) -> PageRequest | None:
    """Check the arguments of `GraphStore.page`.

    Returns
    -------
    PageRequest | None
        None if the page is empty: a filter asks for a text that no value can hold, or the
        jurisdiction is nowhere.

    Raises
    ------
    InvalidValue
        If the limit is out of range, a filter names another column than an indexed one, the key to
        start behind cannot be a key, or as `check_within`.
    """
    check_integer("page.limit", limit, least=1, most=MAX_PAGE)
    filters = dict(where or {})
    allowed = BY_ENTITY[kind].filters()
    if not filters.keys() <= set(allowed):
        raise InvalidValue("page.where", f"name only {', '.join(allowed)}", filters)
    if after:
        check_id("page.after", after)
    check_within(kind, within)
    # Not every text can be sent to a store, and indexed columns hold keys and words only.
    if within == () or not all(map(is_id, filters.values())):
        return None
    return PageRequest(filters, after or "", limit, within)


def check_within(kind: type[E], within: Within) -> None:
    """Refuse a jurisdiction for a kind that lies nowhere, and codes that no area can have.

    Raises
    ------
    InvalidValue
        In both cases.
    """
    if within is None:
        return
    if not BY_ENTITY[kind].scopes:
        placed = ", ".join(node.label for node in ALL_TYPES if node.scopes)
        raise InvalidValue("within", f"be asked of {placed} only", BY_ENTITY[kind].label)
    for prefix in within:
        check_id("within", prefix)


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
