"""API keys: `lm_<key id>_<secret>`, made and shown once, kept as a digest, replaced with an overlap."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from api.identity.errors import KeyIsOver, Reason, Unauthenticated
from api.identity.principal import Principal
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ApiKeyId, AreaCode

# Hexadecimal digits, so that a double click selects all of it and a scanner for leaks knows it.
_KEY = re.compile(r"lm_([0-9a-f]{16})_[0-9a-f]{64}")
_NOBODYS_DIGEST = hashlib.sha256(b"").hexdigest()
SUBJECT = "key:"  # before the id, where the bearer of a key is named
LONGEST_OVERLAP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key; its text is known now and never again."""

    key: ApiKey
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rotation:
    """The key that takes over, and the one before as it has to be stored: both work for a time."""

    issued: Issued
    previous: ApiKey


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def issue(
    name: str,
    role: Role,
    jurisdiction: tuple[str, ...] | None,
    *,
    now: datetime,
    expires_at: datetime | None = None,
) -> Issued:
    """Make a key. A jurisdiction of None reaches everywhere; an empty one is refused, not widened."""
    if jurisdiction is not None and not jurisdiction:
        raise InvalidValue("api_key.jurisdiction", "name an area or be left out", ())
    if expires_at is not None and expires_at <= now:
        raise InvalidValue("api_key.expires_at", "lie in the future")
    key_id = secrets.token_hex(8)
    text = f"lm_{key_id}_{secrets.token_hex(32)}"
    areas = tuple(AreaCode(code) for code in jurisdiction or ())
    return Issued(ApiKey(ApiKeyId(key_id), name, _digest(text), role, areas, now, expires_at), text)


def rotate(key: ApiKey, *, now: datetime, overlap: timedelta) -> Rotation:
    """Make a key that may do the same for as long; the old one works until the overlap has passed."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InvalidValue("overlap", f"be from 0 to {LONGEST_OVERLAP.days} days")
    if _fault(key, now) is not None:
        raise KeyIsOver(key.id)
    lifetime = None if key.expires_at is None else key.expires_at - key.created_at
    issued = issue(
        key.name, key.role, key.within, now=now, expires_at=None if lifetime is None else now + lifetime
    )
    end = now + overlap
    if key.expires_at is not None:
        end = min(end, key.expires_at)
    return Rotation(issued, replace(key, expires_at=end))


def revoke(key: ApiKey, *, now: datetime) -> ApiKey:
    """Take a key back at once; one that is taken back already stays as it is."""
    return key if key.revoked_at is not None else replace(key, revoked_at=now)


def verify(text: str, find: Callable[[str], ApiKey | None], *, now: datetime) -> ApiKey:
    """Return the key that this is the text of; it must be valid now.

    Raises
    ------
    Unauthenticated
        If there is no such key, or no longer.
    """
    form = _KEY.fullmatch(text)
    if form is None:
        raise Unauthenticated(Reason.MALFORMED)
    key = find(form[1])
    # An unknown key costs the same comparison as a known one.
    is_right = hmac.compare_digest(_digest(text), _NOBODYS_DIGEST if key is None else key.digest)
    if key is None:
        raise Unauthenticated(Reason.UNKNOWN_KEY)
    if not is_right:
        raise Unauthenticated(Reason.WRONG_SECRET)
    if (fault := _fault(key, now)) is not None:
        raise Unauthenticated(fault)
    return key


def principal_of(key: ApiKey) -> Principal:
    return Principal(f"{SUBJECT}{key.id}", key.role, key.within, key.id, expires_at=key.expires_at)


def _fault(key: ApiKey, now: datetime) -> Reason | None:
    if key.revoked_at is not None:
        return Reason.REVOKED
    if key.expires_at is not None and key.expires_at <= now:
        return Reason.EXPIRED
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
