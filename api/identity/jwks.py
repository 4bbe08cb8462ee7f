"""The public keys of an identity provider (RFC 7517): fetched with care, kept, fetched again when needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import httpx2
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from api.identity.errors import IdentityUnavailable, Reason, Unauthenticated
from graph_models.domain.errors import InvalidValue

log = structlog.stdlib.get_logger("lastmeter.identity")

SETTING = "LASTMETER_OIDC_JWKS"
MAX_BYTES = 256 * 1024
MAX_KEYS = 100
_ASYMMETRIC = ("RSA", "EC", "OKP")
_LEAST_RSA_DIGITS = 342  # of base64url: 2,048 bits

Fetch = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class RefreshRules:
    """When keys are read again, in seconds of the monotonic clock.

    A key that the provider withdraws is refused after `fresh` at the latest. While the provider is
    away, keys that are known are good for `stale`. Nobody makes the service ask more often than every
    `pause`, whatever key ids they make up.
    """

    pause_seconds: float = 30
    fresh_seconds: float = 3_600
    stale_seconds: float = 86_400


@dataclass(frozen=True, slots=True)
class _Held:
    keys: dict[str, Key]
    read_at: float


class KeySource:
    """Keys by id, for any number of threads; one of them fetches while those without a key wait."""

    def __init__(
        self, fetch: Fetch, rules: RefreshRules | None = None, *, timer: Callable[[], float] = monotonic
    ) -> None:
        self._fetch = fetch
        self._rules = rules or RefreshRules()
        self._timer = timer
        self._lock = Lock()
        self._held = _Held({}, float("-inf"))
        self._tried_at = float("-inf")
        self._is_reachable = False

    def find(self, key_id: str) -> Key:
        """Return a key.

        Raises
        ------
        Unauthenticated
            If the provider has no such key.
        IdentityUnavailable
            If that cannot be said, because the provider is away.
        """
        key = self._known(key_id)
        if key is not None and (self._age() < self._rules.fresh_seconds or self._lock.locked()):
            return key
        with self._lock:
            self._refresh()
        key = self._known(key_id)
        if key is not None:
            return key
        if self._is_reachable:
            raise Unauthenticated(Reason.UNKNOWN_KEY)
        raise IdentityUnavailable

    def _age(self) -> float:
        return self._timer() - self._held.read_at

    def _known(self, key_id: str) -> Key | None:
        return self._held.keys.get(key_id) if self._age() < self._rules.stale_seconds else None

    def _refresh(self) -> None:
        now = self._timer()
        if now - self._tried_at < self._rules.pause_seconds:
            return
        self._tried_at = now
        try:
            self._held = _Held(parse_keys(self._fetch()), now)
        except (httpx2.HTTPError, OSError, ValueError, RecursionError) as error:
            self._is_reachable = False
            log.warning("the keys of the identity provider cannot be read", error=type(error).__name__)
        else:
            self._is_reachable = True


def fetcher(location: str, *, timeout_seconds: float = 5) -> Fetch:
    """Say how to read keys from an address or a file.

    Raises
    ------
    InvalidValue
        If the address is one that others on the way could answer in place of the provider.
    """
    if "://" not in location:
        return lambda: _read_file(Path(location))
    try:
        address = httpx2.URL(location)
    except httpx2.InvalidURL as error:
        raise InvalidValue(SETTING, "be a file or an address") from error
    is_local = address.host in ("127.0.0.1", "::1", "localhost")
    if not address.host or not (address.scheme == "https" or (address.scheme == "http" and is_local)):
        raise InvalidValue(SETTING, "be a file or start with https://, with http:// for loopback only")
    return lambda: _read_address(location, timeout_seconds, is_local=is_local)


def parse_keys(document: bytes) -> dict[str, Key]:
    """Read a JWK set; keys that cannot verify a signature safely are passed over.

    Raises
    ------
    ValueError
        If no key is left, or it is no JWK set.
    """
    content = json.loads(document)
    members = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise ValueError(f"not a JWK set of at most {MAX_KEYS} keys")
    keys = dict(_usable(members))
    if not keys:
        raise ValueError("no usable key in the JWK set")
    return keys


def _usable(members: list[Any]) -> Iterator[tuple[str, Key]]:
    for member in members:
        if not isinstance(member, dict) or not isinstance(member.get("kid"), str):
            continue
        if member.get("kty") not in _ASYMMETRIC or member.get("use", "sig") != "sig" or "d" in member:
            continue
        if member["kty"] == "RSA" and len(str(member.get("n"))) < _LEAST_RSA_DIGITS:
            continue
        try:
            yield member["kid"], JWKRegistry.import_key(member)
        except (JoseError, ValueError, TypeError, KeyError):
            log.warning("a key of the identity provider cannot be used")


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    _check_size(content)
    return content


def _read_address(url: str, timeout_seconds: float, *, is_local: bool) -> bytes:
    # A redirect could lead anywhere, and a compressed answer could grow: neither is followed.
    deadline = monotonic() + timeout_seconds
    content = bytearray()
    with (
        httpx2.Client(timeout=timeout_seconds, follow_redirects=False, trust_env=not is_local) as client,
        client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
    ):
        if response.status_code != 200:
            raise ValueError(f"status {response.status_code}")
        for piece in response.iter_raw():
            content += piece
            _check_size(content)
            if monotonic() > deadline:
                raise httpx2.ReadTimeout("the answer takes too long")
    return bytes(content)


def _check_size(content: bytes | bytearray) -> None:
    if len(content) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
