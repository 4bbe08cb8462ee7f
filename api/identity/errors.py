"""What can go wrong while it is found out who asks, and whether they may."""

from __future__ import annotations

from enum import StrEnum

from graph_models.domain.errors import Conflict, LastMeterError


class Reason(StrEnum):
    """Why credentials are refused: for the log, never for the client."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN_CREDENTIAL = "unknown-credential"
    UNKNOWN_KEY = "unknown-key"
    WRONG_SECRET = "wrong-secret"  # nosec B105
    WRONG_ALGORITHM = "wrong-algorithm"
    WRONG_SIGNATURE = "wrong-signature"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    WRONG_CLAIM = "wrong-claim"
    UNKNOWN_ROLE = "unknown-role"
    NO_SESSION = "no-session"
    FOREIGN_ORIGIN = "foreign-origin"

    @property
    def is_guess(self) -> bool:
        """Whether somebody without a secret could have sent it.

        A token that has expired was signed all the same. An office whose tokens expire overnight must
        not lock itself out in the morning.
        """
        return self in _GUESSES


_GUESSES = frozenset(
    {
        Reason.MALFORMED,
        Reason.UNKNOWN_CREDENTIAL,
        Reason.UNKNOWN_KEY,
        Reason.WRONG_SECRET,
        Reason.WRONG_ALGORITHM,
        Reason.WRONG_SIGNATURE,
    }
)


class Unauthenticated(LastMeterError):
    """It is not known who asks. The text is the same whatever the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__("valid credentials are required")
        self.reason = reason


class TooManyFailures(LastMeterError):
    """Too many wrong credentials came from this address; none are looked at for a while."""

    is_retryable = True

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many wrong credentials came from this address")
        self.retry_after_seconds = retry_after_seconds


class Forbidden(LastMeterError):
    """It is known who asks, and they may not."""

    def __init__(self, operation_id: str, role: str) -> None:
        super().__init__(f"the role {role} does not include {operation_id}")


class IdentityUnavailable(LastMeterError):
    """The keys of the identity provider cannot be read, so its tokens cannot be judged."""

    is_retryable = True

    def __init__(self) -> None:
        super().__init__("the identity provider cannot be reached")


class UnsafeExposure(LastMeterError):
    """The service would be open to others than it should."""


class KeyIsOver(Conflict):
    """The key has expired or been revoked: nothing follows on it."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"key {key_id!r} has expired or been revoked; issue another one")
        self.key_id = key_id
