"""Without any configuration: one token, printed at the start, for whoever sits at the machine."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import pairwise

from api.identity.errors import UnsafeExposure
from api.identity.principal import Principal
from graph_models.domain.credentials import Role
from graph_models.domain.errors import InvalidValue

LEAST_LENGTH = 32
_LEAST_STEPS = 10
_OBVIOUS = ("password", "changeme", "change-me", "change_me", "default", "example", "secret", "lastmeter")
SETTING = "LASTMETER_ADMIN_TOKEN"


@dataclass(frozen=True, slots=True)
class LocalToken:
    """A token that authenticates as admin of everything."""

    text: str = field(repr=False)
    is_generated: bool = False

    def __post_init__(self) -> None:
        check_secret(SETTING, self.text)

    def matches(self, text: str) -> bool:
        # Digests have one length, so the comparison does not tell that of the token.
        return hmac.compare_digest(_digest(text), _digest(self.text))

    def principal(self) -> Principal:
        return Principal("local-admin", Role.ADMIN, None, "local-token")


def generate() -> LocalToken:
    """Make a token that lives as long as the process."""
    return LocalToken(secrets.token_hex(32), is_generated=True)


def check_secret(setting: str, text: str) -> None:
    """Refuse a secret that somebody could guess; the message does not repeat it.

    Raises
    ------
    InvalidValue
        If it is short, names a default, or has a pattern: neighbouring characters of a random text lie
        at many different distances, those of `aaaa`, `abcd` and `2026-2026-2026` at few.
    """
    if len(text) < LEAST_LENGTH or not text.isascii() or not text.isprintable() or " " in text:
        raise InvalidValue(setting, f"have at least {LEAST_LENGTH} printable ASCII characters without spaces")
    if any(word in text.lower() for word in _OBVIOUS):
        raise InvalidValue(setting, "be random, not hold a word that is a usual default")
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    if len(steps) < _LEAST_STEPS:
        raise InvalidValue(setting, "be random, not repeat itself")


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address; a name is not resolved."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_exposure(
    host: str, *, has_identity_provider: bool, has_api_keys: bool, admin_token: str | None
) -> None:
    """Refuse to listen where others can reach the service before anybody can tell them apart.

    Raises
    ------
    UnsafeExposure
        If the address is not loopback and there is neither an identity provider nor an API key.
    InvalidValue
        If an admin token is given and weak, wherever the service listens.
    """
    if admin_token is not None:
        check_secret(SETTING, admin_token)
    if not (is_loopback(host) or has_identity_provider or has_api_keys):
        raise UnsafeExposure(
            "without an identity provider or an API key the service listens on loopback only: "
            "set LASTMETER_OIDC_ISSUER or issue a key first"
        )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
