"""From an `Authorization` header to who asks: each kind of credential in its turn, guessing slowed down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from api.identity import keys
from api.identity.attempts import FailedAttempts
from api.identity.errors import Reason, Unauthenticated
from api.identity.local_token import LocalToken
from api.identity.principal import Principal
from api.identity.tokens import MAX_LENGTH, TokenVerifier
from graph_models.domain.credentials import ApiKey

log = structlog.stdlib.get_logger("lastmeter.identity")

CHALLENGE = "Bearer"


class Authenticator:
    """Safe to be used by many threads; it may wait for the store or the identity provider."""

    def __init__(
        self,
        find_key: Callable[[str], ApiKey | None],
        *,
        local_token: LocalToken | None = None,
        tokens: TokenVerifier | None = None,
        attempts: FailedAttempts | None = None,
    ) -> None:
        self._find_key = find_key
        self._local_token = local_token
        self._tokens = tokens
        self._attempts = attempts or FailedAttempts()

    def authenticate(self, authorization: str | None, address: str, *, now: datetime) -> Principal | None:
        """Say who asks: None if no credentials came, which is enough for what is public.

        Raises
        ------
        Unauthenticated
            If the credentials are refused; the log says why.
        TooManyFailures
            If the address has guessed too often; right credentials are refused as well.
        IdentityUnavailable, StoreUnavailable
            If it cannot be said now.
        """
        if authorization is None:
            return None
        self._attempts.check(address)
        try:
            return self.judge(authorization, now=now)
        except Unauthenticated as refusal:
            log.warning("credentials refused", reason=refusal.reason.value)
            if refusal.reason.is_guess:
                self._attempts.record(address)
            raise

    def judge(self, authorization: str, *, now: datetime) -> Principal:
        """Say whose credentials these are, and count nothing: for those that were right before.

        Raises
        ------
        Unauthenticated, IdentityUnavailable, StoreUnavailable
            As `authenticate`.
        """
        scheme, _, text = authorization.partition(" ")
        text = text.strip()
        is_bearer = scheme.lower() == CHALLENGE.lower() and text.isascii()
        if not is_bearer or not 0 < len(text) <= MAX_LENGTH:
            raise Unauthenticated(Reason.MALFORMED)
        if keys.is_key(text):
            return keys.principal_of(keys.verify(text, self._find_key, now=now))
        if self._local_token is not None and self._local_token.matches(text):
            return self._local_token.principal()
        if self._tokens is not None:
            return self._tokens.verify(text, now=now)
        raise Unauthenticated(Reason.UNKNOWN_CREDENTIAL)
