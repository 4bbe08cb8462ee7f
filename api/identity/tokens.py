"""Bearer tokens of an identity provider: JWTs (RFC 7519, 8725, 9068), signed with keys that only it has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    ClaimError,
    ExpiredTokenError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from api.identity.errors import Reason, Unauthenticated
from api.identity.jwks import KeySource
from api.identity.principal import Principal
from graph_models.domain.credentials import Role
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import is_id

MAX_LENGTH = 8_192
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
EVERYWHERE = "*"
_LAST_SECOND = 253_402_300_799  # of the year 9999, which is as far as a datetime goes
_TYPES = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
_REASON_OF_CLAIM = {
    "iss": Reason.WRONG_ISSUER,
    "aud": Reason.WRONG_AUDIENCE,
    "nbf": Reason.NOT_YET_VALID,
    "iat": Reason.NOT_YET_VALID,
}


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must say, and where it says who its bearer is."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
    skew_seconds: int = 60
    role_claim: str = "role"
    jurisdiction_claim: str = "jurisdiction"
    resident_claim: str = "resident_id"

    def __post_init__(self) -> None:
        for name in ("issuer", "audience", "role_claim", "jurisdiction_claim", "resident_claim"):
            if not getattr(self, name):
                raise InvalidValue(f"tokens.{name}", "not be empty", "")
        # With an empty list the library would fall back on its own, which has HS256 in it.
        if not self.algorithms or not ASYMMETRIC.issuperset(self.algorithms):
            raise InvalidValue("tokens.algorithms", f"be some of {', '.join(sorted(ASYMMETRIC))}")
        if not 0 <= self.skew_seconds <= 300:
            raise InvalidValue("tokens.skew_seconds", "be from 0 to 300", self.skew_seconds)


class _Algorithms(JWSRegistry):
    """Exactly the algorithms that were chosen; EdDSA without the warning that its name is an old one."""

    def get_alg(self, name: str) -> Any:
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


class TokenVerifier:
    """Turns tokens of one identity provider into principals."""

    def __init__(self, rules: TokenRules, keys: KeySource) -> None:
        self._rules = rules
        self._keys = keys
        # Headers that we do not know are to be ignored (RFC 7515, section 4), unless they are critical.
        self._registry = _Algorithms(algorithms=rules.algorithms, strict_check_header=False)

    def verify(self, text: str, *, now: datetime) -> Principal:
        """Say whose token this is.

        Raises
        ------
        Unauthenticated
            If it is not a token of the provider for this service that is valid now.
        IdentityUnavailable
            If the provider's keys cannot be had.
        """
        key = self._keys.find(self._key_id(text))
        try:
            claims = jwt.decode(text, key, registry=self._registry).claims
        except (JoseError, ValueError) as error:
            raise Unauthenticated(Reason.WRONG_SIGNATURE) from error
        self._check(claims, now)
        return self._principal(claims, text)

    def _key_id(self, text: str) -> str:
        """Read which key a token names; nothing of it has been verified yet."""
        header = _header(text)
        if header.get("alg") not in self._rules.algorithms:
            raise Unauthenticated(Reason.WRONG_ALGORITHM)
        kind = header.get("typ", "JWT")
        key_id = header.get("kid")
        if not isinstance(kind, str) or kind.lower() not in _TYPES or "crit" in header or "b64" in header:
            raise Unauthenticated(Reason.MALFORMED)
        if not isinstance(key_id, str):
            raise Unauthenticated(Reason.MALFORMED)
        return key_id

    def _check(self, claims: dict[str, Any], now: datetime) -> None:
        rules = self._rules
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=rules.skew_seconds,
            iss={"essential": True, "value": rules.issuer},
            aud={"essential": True, "value": rules.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(claims)
        except ExpiredTokenError as error:
            raise Unauthenticated(Reason.EXPIRED) from error
        except MissingClaimError as error:
            raise Unauthenticated(Reason.WRONG_CLAIM) from error
        except ClaimError as error:
            raise Unauthenticated(_REASON_OF_CLAIM.get(error.claim, Reason.WRONG_CLAIM)) from error

    def _principal(self, claims: Mapping[str, Any], text: str) -> Principal:
        role = _role(claims.get(self._rules.role_claim))
        # Providers put more into a token than a service asks for: other roles' residents do not count.
        is_app = role is Role.RESIDENT_APP
        resident_id = claims.get(self._rules.resident_claim) if is_app else None
        jurisdiction = claims.get(self._rules.jurisdiction_claim)
        if jurisdiction is None and resident_id is None:
            raise Unauthenticated(Reason.WRONG_CLAIM)
        try:
            return Principal(
                _subject(claims["sub"]),
                role,
                _areas(jurisdiction),
                f"jwt:{_digest(text)}",
                resident_id,
                _instant(claims["exp"]),
            )
        except InvalidValue as error:
            raise Unauthenticated(Reason.WRONG_CLAIM) from error


def _header(text: str) -> dict[str, Any]:
    if len(text) > MAX_LENGTH or not text.isascii() or text.count(".") != 2:
        raise Unauthenticated(Reason.MALFORMED)
    try:
        header = json.loads(urlsafe_b64decode(text.partition(".")[0].encode()))
    except (ValueError, RecursionError) as error:
        raise Unauthenticated(Reason.MALFORMED) from error
    if not isinstance(header, dict):
        raise Unauthenticated(Reason.MALFORMED)
    return header


def _role(claim: object) -> Role:
    if not isinstance(claim, str) or claim not in tuple(Role):
        raise Unauthenticated(Reason.UNKNOWN_ROLE)
    return Role(claim)


def _areas(claim: object) -> tuple[str, ...] | None:
    """Read a list of area codes; everywhere has to be said, and a resident's own token may say nothing."""
    if claim is None or claim == EVERYWHERE:
        return None
    if not isinstance(claim, list):
        raise Unauthenticated(Reason.WRONG_CLAIM)
    return tuple(claim)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC)


def _subject(sub: str) -> str:
    """Make an identifier of a subject. Some providers use addresses: those enter no trail in clear."""
    plain = f"user:{sub}"
    return plain if is_id(sub) and is_id(plain) else f"user:~{_digest(sub)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
