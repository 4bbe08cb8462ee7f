"""From a header to a principal: the kinds of credentials side by side, refusals counted by address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from structlog.testing import capture_logs

from api.identity import keys
from api.identity.attempts import FailedAttempts
from api.identity.errors import IdentityUnavailable, Reason, TooManyFailures, Unauthenticated
from api.identity.guard import Authenticator
from api.identity.jwks import KeySource
from api.identity.local_token import LocalToken
from api.identity.tokens import MAX_LENGTH, TokenRules, TokenVerifier
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import StoreUnavailable
from tests.api.identity.provider import (
    AUDIENCE,
    ISSUER,
    Timer,
    a_token,
    an_ec_key,
    key_set,
    seconds,
    some_claims,
)
from tests.builders import NOW

ADDRESS = "192.0.2.7"
LOCAL = LocalToken("k3V9xQ2mZ7rT0wLpB5nY8cJ1hD6fGsAe")
ISSUED = keys.issue("intake", Role.API_CLIENT, ("440103",), now=NOW, expires_at=NOW + timedelta(days=1))


def find(key_id: str) -> ApiKey | None:
    return ISSUED.key if key_id == ISSUED.key.id else None


@pytest.fixture
def authenticator(ec_key: ECKey, timer: Timer) -> Authenticator:
    tokens = TokenVerifier(TokenRules(ISSUER, AUDIENCE), KeySource(lambda: key_set(ec_key)))
    return Authenticator(find, local_token=LOCAL, tokens=tokens, attempts=FailedAttempts(timer=timer))


def reason_of(authenticator: Authenticator, header: str, address: str = ADDRESS) -> Reason:
    with pytest.raises(Unauthenticated) as caught:
        authenticator.authenticate(header, address, now=NOW)
    return caught.value.reason


class TestRefused:
    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer ",
            "Basic YWRtaW46YWRtaW4=",
            LOCAL.text,
            f"Token {LOCAL.text}",
            f"Bearer {LOCAL.text}é",
            "Bearer " + "x" * (MAX_LENGTH + 1),
        ],
    )
    def test_what_is_no_bearer_token(self, authenticator: Authenticator, header: str) -> None:
        assert reason_of(authenticator, header) is Reason.MALFORMED

    def test_nothing_is_configured(self) -> None:
        bare = Authenticator(lambda _: None)
        assert reason_of(bare, "Bearer \ud800") is Reason.MALFORMED
        assert reason_of(bare, "Bearer aaa.bbb.ccc") is Reason.UNKNOWN_CREDENTIAL
        assert reason_of(bare, f"Bearer {ISSUED.text}") is Reason.UNKNOWN_KEY

    def test_an_empty_local_token_admits_nobody(self) -> None:
        assert reason_of(Authenticator(lambda _: None), "Bearer None") is Reason.UNKNOWN_CREDENTIAL

    def test_reason_is_for_the_log_only(self, authenticator: Authenticator) -> None:
        """Neither the answer nor the log has the credential in it."""
        with capture_logs() as lines:
            with pytest.raises(Unauthenticated) as caught:
                authenticator.authenticate(f"Bearer {ISSUED.text[:-1]}x", ADDRESS, now=NOW)
            assert "malformed" not in str(caught.value)
        assert [line["reason"] for line in lines] == ["malformed"]
        assert ISSUED.text[:-1] not in str(lines)

    def test_what_cannot_be_judged_is_no_refusal(self, timer: Timer) -> None:
        """A store or provider that is away is not the client's fault, and counts as no failure."""

        def away(*_: Any) -> Any:
            raise StoreUnavailable

        def no_keys() -> bytes:
            raise ConnectionError

        tokens = TokenVerifier(TokenRules(ISSUER, AUDIENCE), KeySource(no_keys))
        authenticator = Authenticator(away, tokens=tokens, attempts=FailedAttempts(timer=timer))
        for _ in range(30):
            with pytest.raises(StoreUnavailable):
                authenticator.authenticate(f"Bearer {ISSUED.text}", ADDRESS, now=NOW)
            with pytest.raises(IdentityUnavailable):
                authenticator.authenticate(f"Bearer {a_token(an_ec_key())}", ADDRESS, now=NOW)


class TestLock:
    @pytest.mark.parametrize(
        "guess",
        [
            lambda: "Basic YWRtaW46YWRtaW4=",
            lambda: f"Bearer lm_{ISSUED.key.id}_{'0' * 64}",
            lambda: f"Bearer lm_{'0' * 16}_{'0' * 64}",
            lambda: f"Bearer {LOCAL.text[:-1]}",
            lambda: f"Bearer {a_token(an_ec_key('ec-1'))}",
            lambda: f"Bearer {a_token(an_ec_key('made-up'))}",
        ],
    )
    def test_after_twenty_guesses_nothing_is_looked_at(
        self, authenticator: Authenticator, timer: Timer, guess: Callable[[], str]
    ) -> None:
        """Not even what is right: otherwise the lock would tell the guesser when it is."""
        for _ in range(20):
            reason_of(authenticator, guess())
        with pytest.raises(TooManyFailures) as caught:
            authenticator.authenticate(f"Bearer {LOCAL.text}", ADDRESS, now=NOW)
        assert caught.value.retry_after_seconds == 300
        assert authenticator.authenticate(f"Bearer {LOCAL.text}", "192.0.2.8", now=NOW)
        assert authenticator.authenticate(None, ADDRESS, now=NOW) is None
        timer.seconds += 300
        assert authenticator.authenticate(f"Bearer {LOCAL.text}", ADDRESS, now=NOW)

    def test_right_ones_in_between_do_not_help(self, authenticator: Authenticator) -> None:
        """Whoever has a key of their own must not guess those of others without end."""
        for _ in range(20):
            authenticator.authenticate(f"Bearer {ISSUED.text}", ADDRESS, now=NOW)
            reason_of(authenticator, "Bearer wrong")
        with pytest.raises(TooManyFailures):
            authenticator.authenticate(f"Bearer {ISSUED.text}", ADDRESS, now=NOW)

    def test_an_office_whose_tokens_expire_stays_open(
        self, authenticator: Authenticator, ec_key: ECKey
    ) -> None:
        """What was once right is no guess, however often it is repeated."""
        token = a_token(ec_key, some_claims(exp=seconds(NOW) - 3_600))
        for _ in range(50):
            assert reason_of(authenticator, f"Bearer {token}") is Reason.EXPIRED
        assert authenticator.authenticate(f"Bearer {a_token(ec_key)}", ADDRESS, now=NOW)


class TestAccepted:
    def test_each_kind(self, authenticator: Authenticator, ec_key: ECKey) -> None:
        texts = (ISSUED.text, LOCAL.text, a_token(ec_key))
        found = [authenticator.authenticate(f"Bearer {text}", ADDRESS, now=NOW) for text in texts]
        roles = [principal and principal.role for principal in found]
        assert roles == [Role.API_CLIENT, Role.ADMIN, Role.DISPATCHER]

    def test_scheme_in_any_case(self, authenticator: Authenticator) -> None:
        for scheme in ("bearer", "BEARER", "Bearer "):
            assert authenticator.authenticate(f"{scheme} {ISSUED.text}", ADDRESS, now=NOW)

    def test_nobody(self, authenticator: Authenticator) -> None:
        """Without a header nobody has been refused."""
        assert authenticator.authenticate(None, ADDRESS, now=NOW) is None
