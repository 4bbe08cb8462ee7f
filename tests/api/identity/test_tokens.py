"""Tokens of an identity provider: first everything that is refused, then the few that are not."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from api.identity.errors import Reason, Unauthenticated
from api.identity.jwks import KeySource, fetcher
from api.identity.principal import Principal
from api.identity.tokens import MAX_LENGTH, TokenRules, TokenVerifier
from graph_models.domain.credentials import Role
from graph_models.domain.errors import InvalidValue
from tests.api.identity.provider import (
    AUDIENCE,
    ISSUER,
    JwksServer,
    a_token,
    an_ec_key,
    an_okp_key,
    an_rsa_key,
    encoded,
    forged,
    key_set,
    seconds,
    some_claims,
)
from tests.builders import NOW

RULES = TokenRules(ISSUER, AUDIENCE)
_KEY = an_ec_key()


@pytest.fixture(scope="session")
def rsa_key() -> RSAKey:
    return an_rsa_key()


@pytest.fixture
def verifier(ec_key: ECKey, rsa_key: RSAKey) -> TokenVerifier:
    return TokenVerifier(RULES, KeySource(lambda: key_set(ec_key, rsa_key)))


def reason_of(verifier: TokenVerifier, token: str) -> Reason:
    with pytest.raises(Unauthenticated) as caught:
        verifier.verify(token, now=NOW)
    assert str(caught.value) == "valid credentials are required"
    return caught.value.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": seconds(NOW) - 60}, Reason.EXPIRED),
        ({"nbf": seconds(NOW) + 61}, Reason.NOT_YET_VALID),
        ({"iat": seconds(NOW) + 61}, Reason.NOT_YET_VALID),
        ({"iss": "https://login.example.org/"}, Reason.WRONG_ISSUER),
        ({"iss": ["https://login.example.org"]}, Reason.WRONG_ISSUER),
        ({"aud": "another-service"}, Reason.WRONG_AUDIENCE),
        ({"aud": ["another-service"]}, Reason.WRONG_AUDIENCE),
        ({"aud": {"lastmeter": True}}, Reason.WRONG_AUDIENCE),
        ({"exp": None}, Reason.WRONG_CLAIM),
        ({"iat": None}, Reason.WRONG_CLAIM),
        ({"iss": None}, Reason.WRONG_CLAIM),
        ({"aud": None}, Reason.WRONG_CLAIM),
        ({"sub": None}, Reason.WRONG_CLAIM),
        ({"sub": ""}, Reason.WRONG_CLAIM),
        ({"sub": 7}, Reason.WRONG_CLAIM),
        ({"exp": str(seconds(NOW) + 600)}, Reason.WRONG_CLAIM),
        ({"exp": True}, Reason.WRONG_CLAIM),
        ({"exp": float("nan")}, Reason.WRONG_CLAIM),
        ({"exp": float("inf")}, Reason.WRONG_CLAIM),
        ({"role": None}, Reason.UNKNOWN_ROLE),
        ({"role": "Admin"}, Reason.UNKNOWN_ROLE),
        ({"role": "root"}, Reason.UNKNOWN_ROLE),
        ({"role": ["admin"]}, Reason.UNKNOWN_ROLE),
        ({"role": {"admin": True}}, Reason.UNKNOWN_ROLE),
        ({"jurisdiction": None}, Reason.WRONG_CLAIM),
        ({"jurisdiction": []}, Reason.WRONG_CLAIM),
        ({"jurisdiction": ""}, Reason.WRONG_CLAIM),
        ({"jurisdiction": "440103"}, Reason.WRONG_CLAIM),
        ({"jurisdiction": [""]}, Reason.WRONG_CLAIM),
        ({"jurisdiction": ["*"]}, Reason.WRONG_CLAIM),
        ({"jurisdiction": [440103]}, Reason.WRONG_CLAIM),
        ({"jurisdiction": [["440103"]]}, Reason.WRONG_CLAIM),
        ({"jurisdiction": ["440103"] * 101}, Reason.WRONG_CLAIM),
        ({"role": "dispatcher", "jurisdiction": None, "resident_id": "resident-1"}, Reason.WRONG_CLAIM),
        ({"role": "resident_app", "jurisdiction": "*"}, Reason.WRONG_CLAIM),
        ({"role": "resident_app", "resident_id": 7}, Reason.WRONG_CLAIM),
        ({"role": "resident_app", "resident_id": ["resident-1"]}, Reason.WRONG_CLAIM),
    ],
)
def test_claims_that_are_refused(
    verifier: TokenVerifier, ec_key: ECKey, changes: dict[str, Any], reason: Reason
) -> None:
    """Signed by the provider, and still not good enough."""
    assert reason_of(verifier, a_token(ec_key, some_claims(**changes))) is reason


class TestAlgorithm:
    @pytest.mark.parametrize("name", ["none", "None", "NONE", "", None, 0, ["ES256"], "RS1", "ES256K"])
    def test_unsigned_and_unknown(self, verifier: TokenVerifier, ec_key: ECKey, name: Any) -> None:
        token = forged({"alg": name, "kid": ec_key.kid}, some_claims())
        assert reason_of(verifier, token) is Reason.WRONG_ALGORITHM

    @pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
    def test_public_key_used_as_a_secret(self, verifier: TokenVerifier, rsa_key: RSAKey, name: str) -> None:
        """Everybody knows the public key; as a secret it would let everybody sign."""
        hashed = getattr(hashlib, name.replace("HS", "sha"))
        for secret in (rsa_key.as_pem(private=False), rsa_key.as_der(private=False)):
            token = forged(
                {"alg": name, "kid": rsa_key.kid},
                some_claims(),
                lambda text, secret=secret: hmac.new(secret, text, hashed).digest(),
            )
            assert reason_of(verifier, token) is Reason.WRONG_ALGORITHM

    def test_one_that_was_not_chosen(self, rsa_key: RSAKey) -> None:
        """The list is what the operator made it."""
        narrow = TokenVerifier(TokenRules(ISSUER, AUDIENCE, ("ES256",)), KeySource(lambda: key_set(rsa_key)))
        token = a_token(rsa_key, algorithm="RS256")
        assert reason_of(narrow, token) is Reason.WRONG_ALGORITHM

    def test_key_of_another_kind(self, verifier: TokenVerifier, ec_key: ECKey, rsa_key: RSAKey) -> None:
        """The header names the key of one algorithm and another algorithm."""
        token = a_token(rsa_key, algorithm="RS256", **{"kid": ec_key.kid})
        assert reason_of(verifier, token) is Reason.WRONG_SIGNATURE

    @pytest.mark.parametrize("names", [(), ("HS256",), ("none",), ("RS256", "HS256"), ("rs256",)])
    def test_lists_that_cannot_be_chosen(self, names: tuple[str, ...]) -> None:
        """An empty list would mean the defaults of a library."""
        with pytest.raises(InvalidValue, match=r"tokens\.algorithms"):
            TokenRules(ISSUER, AUDIENCE, names)


class TestForgery:
    def test_payload_changed_after_signing(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        header, _, signature = a_token(ec_key).split(".")
        token = f"{header}.{encoded(some_claims(role='admin'))}.{signature}"
        assert reason_of(verifier, token) is Reason.WRONG_SIGNATURE

    def test_every_part_counts(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        """A token with any one character changed is another token."""
        token = a_token(ec_key)
        for place in range(0, len(token), 7):
            other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
            reason_of(verifier, other)

    def test_signed_by_somebody_else(self, verifier: TokenVerifier) -> None:
        """Under the id of the provider's key."""
        assert reason_of(verifier, a_token(an_ec_key("ec-1"))) is Reason.WRONG_SIGNATURE

    def test_key_brought_along(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        """Keys in or behind a header are not used: neither `jwk` nor `jku`."""
        own = an_ec_key("own")
        for brought in ({"jwk": own.as_dict(private=False)}, {"jku": "https://evil.example/jwks"}):
            assert reason_of(verifier, a_token(own, **brought)) is Reason.UNKNOWN_KEY
            assert reason_of(verifier, a_token(own, **brought, kid=ec_key.kid)) is Reason.WRONG_SIGNATURE

    @pytest.mark.parametrize(
        "header",
        [
            {"kid": None},
            {"kid": 7},
            {"kid": ["ec-1"]},
            {"typ": "secevent+jwt"},
            {"typ": 7},
            {"crit": ["b64"], "b64": False},
            {"crit": ["exp"]},
            {"b64": True},
            [],
            "alg",
            7,
            b"{",
            b"\xff",
            b"[" * 5_000,
        ],
    )
    def test_headers_that_are_refused(self, verifier: TokenVerifier, ec_key: ECKey, header: Any) -> None:
        if isinstance(header, dict):
            header = {"alg": "ES256", "kid": ec_key.kid, **header}
        assert reason_of(verifier, forged(header, some_claims())) is Reason.MALFORMED

    def test_oversized(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        """However well signed: a long token costs before it is judged."""
        token = a_token(ec_key, some_claims(padding="x" * MAX_LENGTH))
        assert reason_of(verifier, token) is Reason.MALFORMED

    def test_payload_that_is_no_object(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        for payload in (b"[]", b"null", b"{", b"\xff"):
            token = jws.serialize_compact({"alg": "ES256", "kid": ec_key.kid}, payload, ec_key)
            assert reason_of(verifier, token) is Reason.WRONG_SIGNATURE

    @given(text=st.one_of(st.text(), st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True)))
    def test_any_text_is_refused_in_the_same_way(self, text: str) -> None:
        """Whatever is sent, nothing but the typed refusal comes out."""
        reason_of(TokenVerifier(RULES, KeySource(lambda: key_set(_KEY))), text)

    @given(
        header=st.dictionaries(
            st.sampled_from(["alg", "kid", "typ", "cty", "x5c", "jwk", "x5u", "zip"]),
            st.sampled_from(["ES256", "RS256", "EdDSA", "ec-1", "JWT", "", None, 7, [], {}, "https://a"]),
        ),
        signature=st.binary(max_size=80),
    )
    def test_any_header_is_refused_in_the_same_way(self, header: Any, signature: bytes) -> None:
        verifier = TokenVerifier(RULES, KeySource(lambda: key_set(_KEY)))
        reason_of(verifier, forged(header, some_claims(), lambda _: signature))


class TestRotation:
    def test_new_key_is_found_and_an_old_one_refused(
        self, provider: JwksServer, ec_key: ECKey, timer: Any
    ) -> None:
        """An unknown key id makes the service look again; what the provider withdrew is gone with that."""
        verifier = TokenVerifier(RULES, KeySource(fetcher(provider.url), timer=timer))
        assert verifier.verify(a_token(ec_key), now=NOW).role is Role.DISPATCHER
        later = an_ec_key("ec-2")
        assert reason_of(verifier, a_token(later)) is Reason.UNKNOWN_KEY
        provider.document = key_set(later)
        timer.seconds += 30
        assert verifier.verify(a_token(later), now=NOW).role is Role.DISPATCHER
        assert reason_of(verifier, a_token(ec_key)) is Reason.UNKNOWN_KEY
        assert provider.requests == 2


class TestAccepted:
    def test_who_it_is(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        principal = verifier.verify(a_token(ec_key), now=NOW)
        assert (principal.subject, principal.role) == ("user:worker-7", Role.DISPATCHER)
        assert principal.within == ("440103",)
        assert principal.credential_id.startswith("jwt:")

    def test_each_algorithm(self, ec_key: ECKey, rsa_key: RSAKey) -> None:
        okp_key = an_okp_key()
        verifier = TokenVerifier(RULES, KeySource(lambda: key_set(ec_key, rsa_key, okp_key)))
        pairs = (("ES256", ec_key), ("RS256", rsa_key), ("PS256", rsa_key), ("Ed25519", okp_key))
        for name, key in pairs:
            assert verifier.verify(a_token(key, algorithm=name), now=NOW).role is Role.DISPATCHER

    def test_old_name_of_ed25519(self) -> None:
        """Providers still write `EdDSA`; our side is silent about it."""
        key = an_okp_key()
        with pytest.warns(SecurityWarning, match="EdDSA is deprecated"):
            token = a_token(key, algorithm="EdDSA")
        verifier = TokenVerifier(RULES, KeySource(lambda: key_set(key)))
        assert verifier.verify(token, now=NOW).subject == "user:worker-7"

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": seconds(NOW) - 59},
            {"nbf": seconds(NOW) + 60},
            {"iat": seconds(NOW) + 60},
            {"aud": ["another-service", AUDIENCE]},
            {"exp": seconds(NOW) + 600.5},
        ],
    )
    def test_clocks_may_differ_a_little(
        self, verifier: TokenVerifier, ec_key: ECKey, changes: dict[str, Any]
    ) -> None:
        verifier.verify(a_token(ec_key, some_claims(**changes)), now=NOW)

    def test_no_skew_if_none_is_wanted(self, ec_key: ECKey) -> None:
        strict = TokenVerifier(
            TokenRules(ISSUER, AUDIENCE, skew_seconds=0), KeySource(lambda: key_set(ec_key))
        )
        token = a_token(ec_key)
        strict.verify(token, now=NOW + timedelta(seconds=599))
        with pytest.raises(Unauthenticated):
            strict.verify(token, now=NOW + timedelta(seconds=600))

    def test_everywhere_has_to_be_said(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        claims = some_claims(role="analyst", jurisdiction="*")
        assert verifier.verify(a_token(ec_key, claims), now=NOW).within is None

    def test_residents_app(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        """For one resident, who may live anywhere; or as the back end of an app, within an area."""
        own = some_claims(role="resident_app", jurisdiction=None, resident_id="resident-1")
        principal = verifier.verify(a_token(ec_key, own), now=NOW)
        assert (principal.resident_id, principal.within) == ("resident-1", None)
        all_of_an_area = verifier.verify(a_token(ec_key, some_claims(role="resident_app")), now=NOW)
        assert (all_of_an_area.resident_id, all_of_an_area.within) == (None, ("440103",))

    def test_resident_of_another_role_does_not_count(self, verifier: TokenVerifier, ec_key: ECKey) -> None:
        claims = some_claims(resident_id="resident-1")
        assert verifier.verify(a_token(ec_key, claims), now=NOW).resident_id is None

    def test_names_of_claims_can_be_chosen(self, ec_key: ECKey) -> None:
        rules = TokenRules(
            ISSUER, AUDIENCE, role_claim="https://example.org/role", jurisdiction_claim="areas"
        )
        claims = some_claims(**{"role": None, "https://example.org/role": "staff", "areas": ["4401"]})
        verifier = TokenVerifier(rules, KeySource(lambda: key_set(ec_key)))
        principal = verifier.verify(a_token(ec_key, claims), now=NOW)
        assert (principal.role, principal.within) == (Role.STAFF, ("4401",))

    @pytest.mark.parametrize("typ", ["JWT", "at+jwt", "application/at+jwt"])
    def test_types_and_unknown_headers(self, verifier: TokenVerifier, ec_key: ECKey, typ: str) -> None:
        """Headers that nobody knows and that are not critical are ignored (RFC 7515)."""
        registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
        header = {"alg": "ES256", "kid": ec_key.kid, "typ": typ, "x-own": 1}
        verifier.verify(jwt.encode(header, some_claims(), ec_key, registry=registry), now=NOW)

    @pytest.mark.parametrize("sub", ["zhang.san@example.org", "auth0|5f7c", "张三", "x" * 200, "\ud800"])
    def test_subjects_that_are_no_identifiers(self, verifier: TokenVerifier, ec_key: ECKey, sub: str) -> None:
        """An address or a name reaches no trail in clear, and stays the same subject."""
        payload = json.dumps(some_claims(sub=sub)).encode()
        token = jws.serialize_compact({"alg": "ES256", "kid": ec_key.kid}, payload, ec_key)
        first, second = (verifier.verify(token, now=NOW) for _ in range(2))
        assert first.subject == second.subject
        assert first.subject.startswith("user:~")
        assert sub not in first.subject

    def test_keys_from_a_file(self, tmp_path: Path, ec_key: ECKey) -> None:
        path = tmp_path / "jwks.json"
        path.write_bytes(key_set(ec_key))
        verifier = TokenVerifier(RULES, KeySource(fetcher(str(path))))
        assert isinstance(verifier.verify(a_token(ec_key), now=NOW), Principal)


@pytest.mark.parametrize(
    "changes", [{"issuer": ""}, {"audience": ""}, {"role_claim": ""}, {"skew_seconds": 301}]
)
def test_rules_that_cannot_be_meant(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        TokenRules(**{"issuer": ISSUER, "audience": AUDIENCE, **changes})
