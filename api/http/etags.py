"""Entity tags: a resource's revision, quoted."""

from __future__ import annotations

import re

ETAG_PATTERN = '^"[!#-~]{0,100}"$'  # one strong tag
_OURS = re.compile('"([1-9][0-9]{0,17})"')
NO_REVISION = 0
_OPAQUE = re.compile(r'(?:W/)?("[^"]*")')


def etag_of(revision: int) -> str:
    """Tag of a revision.

    >>> etag_of(3)
    '"3"'
    """
    return f'"{revision}"'


def revision_of(etag: str) -> int:
    """Revision that a tag names; none is the revision of a tag that was never given out.

    >>> revision_of('"3"'), revision_of('"03"'), revision_of('"x"')
    (3, 0, 0)
    """
    ours = _OURS.fullmatch(etag)
    return int(ours[1]) if ours else NO_REVISION


def is_fresh(if_none_match: str | None, etag: str) -> bool:
    """Whether the client's copy is current, by weak comparison (RFC 9110, 13.1.2).

    >>> is_fresh('W/"2", "3"', '"3"'), is_fresh("*", '"3"'), is_fresh('"2"', '"3"'), is_fresh(None, '"3"')
    (True, True, False, False)
    """
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _OPAQUE.findall(if_none_match)
