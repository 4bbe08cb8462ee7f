"""A credential in a cookie: who may use it, for how long, and what it is worth when it is opened."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey

from api.identity import keys
from api.identity.attempts import AttemptRules, FailedAttempts
from api.identity.errors import Reason, TooManyFailures, Unauthenticated
from api.identity.guard import Authenticator
from api.identity.jwks import KeySource
from api.identity.sessions import LONGEST, Sessions, is_same_origin
from api.identity.tokens import TokenRules, TokenVerifier
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import InvalidValue
from tests.api.identity.provider import AUDIENCE, ISSUER, a_token, key_set, seconds, some_claims
from tests.builders import NOW

SECRET = "k3V9xQ2mZ7rT0wLpB5nY8cJ1hD6fGsAe"
ADDRESS = "192.0.2.7"
OWN = {"sec-fetch-site": "same-origin"}
ISSUED = keys.issue("console", Role.DISPATCHER, ("440103",), now=NOW)


class Directory:
    """Keys as a store holds them."""

    def __init__(self, key: ApiKey = ISSUED.key) -> None:
        self.key: ApiKey | None = key

    def find(self, key_id: str) -> ApiKey | None:
        return self.key if self.key is not None and key_id == self.key.id else None


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def sessions(directory: Directory) -> Sessions:
    return Sessions(Authenticator(directory.find), SECRET)


def refused(
    sessions: Sessions, sealed: str, headers: dict[str, str] = OWN, later: timedelta = timedelta()
) -> Reason:
    with pytest.raises(Unauthenticated) as caught:
        sessions.resume(sealed, headers, now=NOW + later)
    return caught.value.reason


class TestRefused:
    def test_every_changed_byte(self, sessions: Sessions) -> None:
        """Header, nonce, content and tag are all sealed."""
        sealed = sessions.begin(ISSUED.text, ADDRESS, now=NOW).sealed
        for place in range(0, len(sealed), 5):
            other = "A" if sealed[place] != "A" else "Q"
            changed = sealed[:place] + other + sealed[place + 1 :]
            assert refused(sessions, changed) is Reason.NO_SESSION, place

    @pytest.mark.parametrize(
        "text",
        ["", "x", "a.b.c.d.e", "....", "ä" * 20, "x" * 10_000, ISSUED.text],
        ids=["empty", "short", "five parts", "no parts", "not ASCII", "long", "a key itself"],
    )
    def test_what_is_no_seal(self, sessions: Sessions, text: str) -> None:
        assert refused(sessions, text) is Reason.NO_SESSION

    @pytest.mark.parametrize("header", [{"enc": {}}, {"enc": []}, {"crit": 1}, {"crit": [1]}, {"crit": None}])
    def test_headers_of_other_types(self, sessions: Sessions, header: dict[str, object]) -> None:
        """A header may hold any JSON: whoever makes one up is refused like everybody else."""
        made_up = json.dumps({"alg": "dir", "enc": "A256GCM", **header}).encode()
        _, *rest = sessions.begin(ISSUED.text, ADDRESS, now=NOW).sealed.split(".")
        sealed = ".".join([urlsafe_b64encode(made_up).decode().rstrip("="), *rest])
        assert refused(sessions, sealed) is Reason.NO_SESSION

    def test_sealed_elsewhere(self, sessions: Sessions) -> None:
        """By another secret, or by a process that drew one."""
        foreign = Sessions(Authenticator(Directory().find)).begin(ISSUED.text, ADDRESS, now=NOW).sealed
        assert refused(sessions, foreign) is Reason.NO_SESSION

    @pytest.mark.parametrize(
        "header", [{"alg": "dir", "enc": "A128CBC-HS256"}, {"alg": "A256KW", "enc": "A256GCM"}]
    )
    def test_other_algorithms(self, sessions: Sessions, header: dict[str, str]) -> None:
        """What the header asks for is not what decides."""
        content = json.dumps({"credential": ISSUED.text, "until": 9_999_999_999})
        key = OctKey.import_key(secrets.token_bytes(32))
        forged = jwe.encrypt_compact(header, content, key, algorithms=list(header.values()))
        assert refused(sessions, forged) is Reason.NO_SESSION

    def test_after_twelve_hours(self, sessions: Sessions) -> None:
        sealed = sessions.begin(ISSUED.text, ADDRESS, now=NOW).sealed
        assert refused(sessions, sealed, later=LONGEST) is Reason.EXPIRED
        assert (
            sessions.resume(sealed, OWN, now=NOW + LONGEST - timedelta(seconds=1)).principal.role
            is Role.DISPATCHER
        )

    def test_once_the_key_is_revoked_or_gone(self, sessions: Sessions, directory: Directory) -> None:
        """At once: there is no session beside the credential."""
        sealed = sessions.begin(ISSUED.text, ADDRESS, now=NOW).sealed
        directory.key = keys.revoke(ISSUED.key, now=NOW)
        assert refused(sessions, sealed) is Reason.REVOKED
        directory.key = None
        assert refused(sessions, sealed) is Reason.UNKNOWN_KEY

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "none"},
            {"sec-fetch-site": "cross-site", "origin": "https://here", "host": "here"},
            {"origin": "https://elsewhere", "host": "here"},
            {"origin": "https://here.elsewhere", "host": "here"},
            {"origin": "https://here:8443", "host": "here"},
            {"origin": "null", "host": "null"},
            {"origin": "", "host": ""},
            {"origin": "http://[", "host": "["},
            {"host": "here"},
        ],
    )
    def test_other_sites(self, sessions: Sessions, headers: dict[str, str]) -> None:
        """Whatever a browser tells of a request that a page elsewhere had it send."""
        sealed = sessions.begin(ISSUED.text, ADDRESS, now=NOW).sealed
        assert refused(sessions, sealed, headers) is Reason.FOREIGN_ORIGIN

    @pytest.mark.parametrize(
        "secret", ["short", "a" * 40, "0123456789" * 4, "lastmeter-session-secret-of-ours"]
    )
    def test_weak_secrets(self, secret: str) -> None:
        with pytest.raises(InvalidValue, match="LASTMETER_SESSION_SECRET"):
            Sessions(Authenticator(Directory().find), secret)


class TestGuessing:
    def test_a_token_that_is_over(self, ec_key: ECKey) -> None:
        """The skew between clocks is for requests under way: whoever signs in would be signed out at once."""
        verifier = TokenVerifier(TokenRules(ISSUER, AUDIENCE), KeySource(lambda: key_set(ec_key)))
        sessions = Sessions(Authenticator(Directory().find, tokens=verifier), SECRET)
        token = a_token(ec_key, some_claims(exp=seconds(NOW) - 5))
        with pytest.raises(Unauthenticated) as caught:
            sessions.begin(token, ADDRESS, now=NOW)
        assert caught.value.reason is Reason.EXPIRED
        assert sessions.begin(a_token(ec_key), ADDRESS, now=NOW).expires_at > NOW

    def test_sign_in_counts(self) -> None:
        """Sign-in is a place to guess like any other."""
        attempts = FailedAttempts(AttemptRules(failures=2))
        sessions = Sessions(Authenticator(Directory().find, attempts=attempts), SECRET)
        for _ in range(2):
            with pytest.raises(Unauthenticated):
                sessions.begin("guess", ADDRESS, now=NOW)
        with pytest.raises(TooManyFailures):
            sessions.begin(ISSUED.text, ADDRESS, now=NOW)

    def test_cookies_do_not(self) -> None:
        """After a restart every open console shows a cookie that does not open: nobody is locked out."""
        attempts = FailedAttempts(AttemptRules(failures=2))
        sessions = Sessions(Authenticator(Directory().find, attempts=attempts), SECRET)
        for _ in range(5):
            refused(sessions, "old")
        assert sessions.begin(ISSUED.text, ADDRESS, now=NOW)


class TestAccepted:
    def test_same_origin(self, sessions: Sessions) -> None:
        sealed = sessions.begin(ISSUED.text, ADDRESS, now=NOW).sealed
        for headers in (OWN, {"origin": "http://Here:8000", "host": "here:8000"}):
            assert sessions.resume(sealed, headers, now=NOW).principal.subject == f"key:{ISSUED.key.id}"
        assert is_same_origin(OWN)

    def test_other_processes_and_a_restart(self, sessions: Sessions, directory: Directory) -> None:
        """With the secret there is nothing else to share."""
        sealed = sessions.begin(ISSUED.text, ADDRESS, now=NOW).sealed
        assert Sessions(Authenticator(directory.find), SECRET).resume(sealed, OWN, now=NOW)

    def test_ends_with_the_credential(self, directory: Directory) -> None:
        """What is told is when it will be over, whichever comes first."""
        for lifetime, told in ((timedelta(hours=1), timedelta(hours=1)), (timedelta(days=9), LONGEST)):
            directory.key = replace(ISSUED.key, expires_at=NOW + lifetime)
            sessions = Sessions(Authenticator(directory.find), SECRET)
            assert sessions.begin(ISSUED.text, ADDRESS, now=NOW).expires_at == NOW + told

    def test_nothing_can_be_read_off(self, sessions: Sessions) -> None:
        """Neither in the cookie nor in what is printed of a session; and no two are alike."""
        one, other = (sessions.begin(ISSUED.text, ADDRESS, now=NOW) for _ in range(2))
        assert one.sealed != other.sealed
        assert ISSUED.text not in one.sealed
        assert one.sealed not in repr(one)
