"""Parts of the service, made from its settings."""

from __future__ import annotations

from dataclasses import dataclass

from api.identity import local_token
from api.identity.guard import Authenticator
from api.identity.jwks import KeySource, fetcher
from api.identity.known_keys import KnownKeys
from api.identity.local_token import LocalToken, check_exposure
from api.identity.sessions import Sessions
from api.identity.tokens import TokenRules, TokenVerifier
from api.limits.admission import Limits
from api.personal.errors import BadKeyFile
from api.personal.keys import read_key_file
from api.personal.vault import Vault
from api.settings import BadSetting, Settings
from graph_models.domain.credentials import ApiKey
from graph_models.domain.errors import InvalidValue
from graph_models.ports import GraphStore
from matcher.closed_loop.policy import LoopPolicy


@dataclass(frozen=True, slots=True)
class Identity:
    """How it is found out who asks; `generated` is a token to be shown to whoever started the service."""

    authenticator: Authenticator
    sessions: Sessions
    generated: str | None


def identity_of(settings: Settings, store: GraphStore) -> Identity:
    """Make the authenticator of the settings.

    Raises
    ------
    UnsafeExposure
        Others could reach the service before anybody can tell them apart.
    InvalidValue
        A secret could be guessed, or the identity provider is described in part only.
    """
    tokens = _tokens(settings)
    given = None if settings.admin_token is None else settings.admin_token.get_secret_value()
    check_exposure(
        settings.host,
        has_identity_provider=tokens is not None,
        has_api_keys=store.count(ApiKey) > 0,
        admin_token=given,
    )
    token = None if given is None else LocalToken(given)
    if given is None and tokens is None and local_token.is_loopback(settings.host):
        token = local_token.generate()

    def find_key(key_id: str) -> ApiKey | None:
        found = store.get_many(ApiKey, [key_id])
        return found[key_id].value if key_id in found else None

    authenticator = Authenticator(KnownKeys(find_key).find, local_token=token, tokens=tokens)
    secret = settings.session_secret
    sessions = Sessions(authenticator, None if secret is None else secret.get_secret_value())
    shown = token.text if token is not None and token.is_generated else None
    return Identity(authenticator, sessions, shown)


def vault_of(settings: Settings) -> Vault | None:
    """Open the vault of personal data and secrets; None if no master keys are configured.

    Raises
    ------
    BadSetting
        The file of master keys cannot be used.
    """
    if settings.keys_file is None:
        return None
    try:
        return Vault(read_key_file(settings.keys_file))
    except BadKeyFile as error:
        raise BadSetting("keys_file", str(error)) from None


def limits_of(settings: Settings) -> Limits:
    """Return how much is let in at a time."""
    return Limits(
        settings.max_requests,
        settings.max_waiting,
        settings.queue_seconds,
        settings.request_seconds,
        settings.body_seconds,
        settings.max_body_bytes,
    )


def policy_of(settings: Settings) -> LoopPolicy:
    """Return the times of holds and answers: those of the settings, else the defaults."""
    standard = LoopPolicy()
    return LoopPolicy(
        {**standard.hold_minutes, **settings.hold_minutes},
        {**standard.answer_minutes, **settings.answer_minutes},
    )


def _tokens(settings: Settings) -> TokenVerifier | None:
    given = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks)
    if not any(given):
        return None
    issuer, audience, jwks = given
    if not (issuer and audience and jwks):
        raise InvalidValue(
            "LASTMETER_OIDC_ISSUER", "come with LASTMETER_OIDC_AUDIENCE and LASTMETER_OIDC_JWKS"
        )
    rules = TokenRules(
        issuer,
        audience,
        skew_seconds=settings.clock_skew_seconds,
        role_claim=settings.oidc_role_claim,
        jurisdiction_claim=settings.oidc_jurisdiction_claim,
        resident_claim=settings.oidc_resident_claim,
    )
    return TokenVerifier(rules, KeySource(fetcher(jwks)))
