"""Without configuration: loopback only, one token, no default secret."""

from __future__ import annotations

import secrets

import pytest

from api.identity.errors import UnsafeExposure
from api.identity.local_token import LocalToken, check_exposure, check_secret, generate, is_loopback
from graph_models.domain.credentials import Role
from graph_models.domain.errors import InvalidValue

GOOD = "k3V9xQ2mZ7rT0wLpB5nY8cJ1hD6fGsAe"


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD[:31],
        "a" * 64,
        "abcdefgh" * 8,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "2026-11-27-2026-11-27-2026-11-27-2026",
        "changeme" + GOOD,
        GOOD + "PASSWORD",
        "Change-Me-" + GOOD,
        "lastmeter-" + GOOD,
        "my-secret-" + GOOD,
        GOOD + " " + GOOD,
        GOOD + "\n",
        GOOD + "é",
    ],
)
def test_weak_secrets(text: str) -> None:
    """The message says the rule and does not repeat the secret."""
    with pytest.raises(InvalidValue, match="LASTMETER_ADMIN_TOKEN") as caught:
        LocalToken(text)
    assert not text or text not in str(caught.value)
    with pytest.raises(InvalidValue):
        check_exposure("127.0.0.1", has_identity_provider=True, has_api_keys=True, admin_token=text)


def test_random_secrets_are_not_taken_for_weak_ones() -> None:
    """Hexadecimal digits at the least length have the fewest distances between neighbours."""
    for _ in range(2_000):
        check_secret("secret", secrets.token_hex(16))
        check_secret("secret", secrets.token_urlsafe(24))


class TestToken:
    def test_only_the_whole_of_it_matches(self) -> None:
        token = LocalToken(GOOD)
        assert token.matches(GOOD)
        for other in ("", GOOD[:-1], GOOD + "0", GOOD.lower(), "é"):
            assert not token.matches(other)

    def test_it_is_admin_everywhere(self) -> None:
        principal = generate().principal()
        assert (principal.role, principal.within) == (Role.ADMIN, None)

    def test_each_start_has_its_own(self) -> None:
        first, second = generate(), generate()
        assert first.is_generated
        assert first.text != second.text
        assert first.text not in repr(first)


class TestExposure:
    @pytest.mark.parametrize(
        "host", ["0.0.0.0", "::", "", "192.168.1.5", "8.8.8.8", "example.org", "localhost.example.org", "*"]
    )
    def test_nobody_could_be_told_apart(self, host: str) -> None:
        """A strong admin token does not make up for it: everybody would share it."""
        for admin_token in (None, GOOD):
            with pytest.raises(UnsafeExposure, match="loopback"):
                check_exposure(host, has_identity_provider=False, has_api_keys=False, admin_token=admin_token)

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
    def test_loopback_needs_nothing(self, host: str) -> None:
        assert is_loopback(host)
        check_exposure(host, has_identity_provider=False, has_api_keys=False, admin_token=None)

    @pytest.mark.parametrize(("has_identity_provider", "has_api_keys"), [(True, False), (False, True)])
    def test_with_identities(self, has_identity_provider: bool, has_api_keys: bool) -> None:
        check_exposure(
            "0.0.0.0",
            has_identity_provider=has_identity_provider,
            has_api_keys=has_api_keys,
            admin_token=GOOD,
        )
