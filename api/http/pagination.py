"""Cursor pagination: a cursor is the last key seen, bound to the collection and its filters."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.http.problems import Refusal
from api.schemas.common import PageQuery
from api.schemas.problems import Fault
from graph_models.domain.identifiers import ID_PATTERN
from graph_models.ports import E, GraphStore, Stored, Within

T = TypeVar("T")
_CHECK_BYTES = 6
_KEY = re.compile(ID_PATTERN.encode())


def encode_cursor(context: str, key: str) -> str:
    """Pack a key so that it is only good for its context.

    >>> decode_cursor("needs", encode_cursor("needs", "need-7"))
    'need-7'
    """
    return base64.urlsafe_b64encode(_check(context) + key.encode()).rstrip(b"=").decode()


def decode_cursor(context: str, cursor: str) -> str:
    """Unpack a key.

    Raises
    ------
    Refusal
        If the cursor was not made for this context.
    """
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    check, key = packed[:_CHECK_BYTES], packed[_CHECK_BYTES:]
    if check != _check(context) or _KEY.fullmatch(key) is None:
        fault = Fault(location="query", pointer="#/cursor", detail="is not one given out for this query")
        raise Refusal("invalid-cursor", "The cursor was not given out for this query.", [fault])
    return key.decode()


def _check(context: str) -> bytes:
    return hashlib.sha256(context.encode()).digest()[:_CHECK_BYTES]


def read_page(
    request: Request,
    response: Response,
    store: GraphStore,
    kind: type[E],
    query: PageQuery,
    present: Callable[[Stored[E]], T],
    fixed: Mapping[str, str] | None = None,
    within: Within = None,
    keep: Callable[[E], bool] = lambda _: True,
) -> tuple[list[T], str | None]:
    """Read one page with the filters of a query, and link to the next one.

    `fixed` are filters that the route itself sets, `within` is the jurisdiction of who asks.
    `keep` is for kinds that lie nowhere: a page may then hold fewer than there are.
    """
    asked = query.filters()
    context = f"{request.url.path}?{urlencode(sorted(asked.items()))}"
    after = None if query.cursor is None else decode_cursor(context, query.cursor)
    where = {**asked, **(fixed or {})}
    page = store.page(kind, where=where, after=after, limit=query.limit, within=within)
    items = [present(each) for each in page.items if keep(each.value)]
    if page.next_after is None:
        return items, None
    cursor = encode_cursor(context, page.next_after)
    following = urlencode({**asked, "limit": query.limit, "cursor": cursor})
    response.headers["Link"] = f'<{request.url.path}?{following}>; rel="next"'
    return items, cursor
