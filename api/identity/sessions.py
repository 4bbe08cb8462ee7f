"""Sessions of browsers: a credential, sealed, in a cookie. Nothing is stored, so nothing has to be revoked.

The credential is judged anew with every request, so what ends it ends the session.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import orjson
import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from api.identity.errors import Reason, Unauthenticated
from api.identity.guard import CHALLENGE, Authenticator
from api.identity.local_token import check_secret
from api.identity.principal import Principal

SETTING = "LASTMETER_SESSION_SECRET"
COOKIE = "__Host-lastmeter"
LONGEST = timedelta(hours=12)
MAX_CREDENTIAL = 2_900  # sealed it has to fit into the 4,096 bytes that browsers keep
_MAX_SEALED = 4_096
_HEADER = {"alg": "dir", "enc": "A256GCM"}
_PURPOSE = b"lastmeter: sessions of browsers"

log = structlog.stdlib.get_logger("lastmeter.identity")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, until when at most, and what the cookie holds."""

    principal: Principal
    expires_at: datetime
    sealed: str = field(repr=False)


class Sessions:
    """Seals credentials and opens them again, for any number of threads; it may wait as the guard does.

    Without a secret one is drawn: sessions end with the process, and other processes do not know them.
    """

    def __init__(self, authenticator: Authenticator, secret: str | None = None) -> None:
        if secret is not None:
            check_secret(SETTING, secret)
        material = secrets.token_bytes(32) if secret is None else secret.encode()
        self._key = OctKey.import_key(HKDF(SHA256(), 32, None, _PURPOSE).derive(material))
        self._authenticator = authenticator

    def begin(self, credential: str, address: str, *, now: datetime) -> Session:
        """Sign somebody in who shows a credential.

        Raises
        ------
        Unauthenticated, TooManyFailures, IdentityUnavailable, StoreUnavailable
            As from the guard; also for a token that has expired, of however little.
        """
        principal = self._authenticator.authenticate(f"{CHALLENGE} {credential}", address, now=now)
        assert principal is not None  # None is for requests that show nothing
        expires_at = (now + LONGEST).replace(microsecond=0)
        content = orjson.dumps({"credential": credential, "until": int(expires_at.timestamp())})
        sealed = jwe.encrypt_compact(_HEADER, content, self._key, algorithms=list(_HEADER.values()))
        session = _session(principal, expires_at, sealed)
        if session.expires_at <= now:  # a token that only the skew between clocks keeps alive
            raise Unauthenticated(Reason.EXPIRED)
        return session

    def resume(self, sealed: str, headers: Mapping[str, str], *, now: datetime) -> Session:
        """Say who is signed in by a cookie that came with a request.

        No refusal counts as a guess: what opens was right when it was sealed, and what does not open,
        after a restart say, is no credential.

        Raises
        ------
        Unauthenticated
            If another site had the request sent, the cookie was not sealed here or is over, or the
            credential in it is good no more.
        IdentityUnavailable, StoreUnavailable
            As from the guard.
        """
        try:
            if not is_same_origin(headers):
                raise Unauthenticated(Reason.FOREIGN_ORIGIN)
            credential, expires_at = self._open(sealed)
            if expires_at <= now:
                raise Unauthenticated(Reason.EXPIRED)
            principal = self._authenticator.judge(f"{CHALLENGE} {credential}", now=now)
        except Unauthenticated as refusal:
            log.warning("session refused", reason=refusal.reason.value)
            raise
        return _session(principal, expires_at, sealed)

    def _open(self, sealed: str) -> tuple[str, datetime]:
        if len(sealed) > _MAX_SEALED:
            raise Unauthenticated(Reason.NO_SESSION)
        try:
            opened = jwe.decrypt_compact(sealed, self._key, algorithms=list(_HEADER.values()))
        except (JoseError, ValueError, TypeError) as error:  # a header may hold any JSON
            raise Unauthenticated(Reason.NO_SESSION) from error
        content = orjson.loads(opened.plaintext or b"")
        return content["credential"], datetime.fromtimestamp(content["until"], UTC)


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of this service sent a request, as the browser says and no page can say for it."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = urlsplit(headers.get("origin", "")).netloc
    except ValueError:  # no address at all
        return False
    return bool(origin) and origin.lower() == headers.get("host", "").lower()


def _session(principal: Principal, expires_at: datetime, sealed: str) -> Session:
    ends = [each for each in (expires_at, principal.expires_at) if each is not None]
    return Session(principal, min(ends), sealed)
