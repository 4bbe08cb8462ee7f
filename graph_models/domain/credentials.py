"""Credentials of the programs that ask: what a role is, and what is kept of an API key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_models.domain.checks import check_aware, check_member, check_text, sort_field
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ApiKeyId, AreaCode, check_id
from graph_models.domain.people import check_terms

MAX_AREAS = 100
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Role(StrEnum):
    """What somebody is to the service; what each role may do is a table of the HTTP layer."""

    RESIDENT_APP = "resident_app"
    STAFF = "staff"
    DISPATCHER = "dispatcher"
    ANALYST = "analyst"
    API_CLIENT = "api_client"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that a program authenticates with. Its secret is not kept, only a digest of it.

    Parameters
    ----------
    id
        Public part of the key.
    name
        What the key is for, as its owner calls it.
    digest
        SHA-256 of the whole key, 64 lower-case hexadecimal digits.
    role
        What its bearer may do.
    jurisdiction
        Codes of the areas that it reaches, each with all that lies in it. An empty tuple reaches
        every area: stores keep lists and cannot tell one that is absent from one that is empty.
    created_at
        When it was issued.
    expires_at
        From when on it is refused, never if None.
    revoked_at
        When it was taken back, if it was.

    Raises
    ------
    InvalidValue
        If a field breaks its rule; also if the key of a resident's app reaches every area.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> made = datetime(2026, 3, 2, tzinfo=UTC)
    >>> ApiKey("k1", "intake form", "0" * 64, Role.STAFF, ("440103", "440104"), made).jurisdiction
    ('440103', '440104')
    """

    id: ApiKeyId
    name: str
    digest: str
    role: Role
    jurisdiction: tuple[AreaCode, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        check_id("api_key.id", self.id)
        check_text("api_key.name", self.name, max_length=100)
        if not isinstance(self.digest, str) or _SHA256.fullmatch(self.digest) is None:
            raise InvalidValue("api_key.digest", "be 64 lower-case hexadecimal digits", self.digest)
        check_member("api_key.role", self.role, tuple(Role))
        check_jurisdiction("api_key.jurisdiction", self.jurisdiction)
        sort_field(self, "jurisdiction")
        if self.role is Role.RESIDENT_APP and not self.jurisdiction:
            raise InvalidValue("api_key.jurisdiction", "name an area for the role resident_app", ())
        check_aware("api_key.created_at", self.created_at)
        for field in ("expires_at", "revoked_at"):
            if getattr(self, field) is not None:
                check_aware(f"api_key.{field}", getattr(self, field))

    @property
    def within(self) -> tuple[AreaCode, ...] | None:
        """The areas it reaches as the store port wants them: None for every area.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> made = datetime(2026, 3, 2, tzinfo=UTC)
        >>> ApiKey("k1", "control room", "0" * 64, Role.DISPATCHER, (), made).within is None
        True
        """
        return self.jurisdiction or None


def check_jurisdiction(field: str, codes: object) -> None:
    """Refuse what is not a tuple of at most 100 area codes: each of them costs a condition of every query."""
    if not isinstance(codes, tuple) or len(codes) > MAX_AREAS:
        raise InvalidValue(field, f"be a tuple of at most {MAX_AREAS} area codes", codes)
    check_terms(field, codes)
