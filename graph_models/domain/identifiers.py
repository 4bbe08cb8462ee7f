"""Identifiers: opaque, caller-given, unique within their kind."""

from __future__ import annotations

import re
from typing import NewType

from graph_models.domain.errors import InvalidValue

AreaCode = NewType("AreaCode", str)
SkillId = NewType("SkillId", str)
CategoryId = NewType("CategoryId", str)
StaffId = NewType("StaffId", str)
ResidentId = NewType("ResidentId", str)
ProviderId = NewType("ProviderId", str)
NeedId = NewType("NeedId", str)
ReferralId = NewType("ReferralId", str)
ContactId = NewType("ContactId", str)
EndpointId = NewType("EndpointId", str)
DeliveryId = NewType("DeliveryId", str)
LeaseId = NewType("LeaseId", str)
ApiKeyId = NewType("ApiKeyId", str)

MAX_ID_LENGTH = 128
ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}"
_IDENTIFIER = re.compile(ID_PATTERN)


def is_id(value: object) -> bool:
    """Tell whether a text can be an identifier, and so the key of anything.

    Examples
    --------
    >>> is_id("station-440103-1"), is_id("two words"), is_id("")
    (True, False, False)
    """
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def check_id(field: str, value: object) -> None:
    """Refuse an identifier that would not survive a URL, a file name or a log line.

    Raises
    ------
    InvalidValue
        If `value` is not 1 to 128 letters, digits and ``. _ : ~ -``, starting with a letter or digit.

    Examples
    --------
    >>> check_id("provider.id", "station-440103-1")
    >>> check_id("provider.id", "two words")
    Traceback (most recent call last):
    ...
    graph_models.domain.errors.InvalidValue: provider.id must be 1 to 128 letters, digits or . _ : ~ - ...
    """
    if not isinstance(value, str) or _IDENTIFIER.fullmatch(value) is None:
        rule = "be 1 to 128 letters, digits or . _ : ~ - and start with a letter or digit"
        raise InvalidValue(field, rule, value)
