"""Keys of an identity provider: a hostile or missing answer never becomes a key, nor a storm of requests."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from api.identity.errors import IdentityUnavailable, Reason, Unauthenticated
from api.identity.jwks import MAX_BYTES, KeySource, fetcher, parse_keys
from graph_models.domain.errors import InvalidValue
from tests.api.identity.provider import JwksServer, Timer, an_ec_key, an_rsa_key, key_set


class Document:
    """A provider without a network: what it answers, or that it is away."""

    def __init__(self, *keys: Any) -> None:
        self.keys = keys
        self.is_away = False
        self.requests = 0

    def __call__(self) -> bytes:
        self.requests += 1
        if self.is_away:
            raise ConnectionError
        return key_set(*self.keys)


@pytest.mark.parametrize(
    "location",
    [
        "http://login.example.org/jwks",
        "http://10.0.0.1/jwks",
        "http://localhost@login.example.org/jwks",
        "http://127.0.0.1.example.org/jwks",
        "ftp://127.0.0.1/jwks",
        "file:///etc/passwd",
        "https://",
        "https:///jwks",
        "https://login.example.org:port/jwks",
    ],
)
def test_addresses_that_are_refused(location: str) -> None:
    """Keys that could be changed on the way would let anybody in."""
    with pytest.raises(InvalidValue, match="LASTMETER_OIDC_JWKS"):
        fetcher(location)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b'"keys"',
        b'{"keys": {}}',
        b'{"keys": []}',
        b'{"keys": [null, 7, "key"]}',
        b'{"keys": [{"kid": "a", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}',
        b'{"keys": [{"kid": "a", "kty": "EC"}, {"kid": "b", "kty": "RSA"}, {"kid": "c", "kty": "OKP"}]}',
        b'{"keys": [{"kid": "a", "kty": ["EC"]}]}',
        b'{"keys": [' + b"{}," * 100 + b"{}]}",
    ],
)
def test_documents_without_a_usable_key(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"key|column"):
        parse_keys(document)


def test_keys_that_are_passed_over(ec_key: ECKey) -> None:
    """Shared secrets, short RSA keys, keys for encryption, private ones and those without an id."""
    public = an_ec_key("other").as_dict(private=False)
    with pytest.warns(match="Key size"):
        short = an_rsa_key("short", bits=1024).as_dict(private=False)
    unfit: list[dict[str, Any]] = [
        dict(OctKey.generate_key(256, {"kid": "shared"}).as_dict()),
        dict(short),
        {**public, "use": "enc"},
        dict(an_ec_key("private").as_dict(private=True)),
        {name: value for name, value in public.items() if name != "kid"},
    ]
    document = json.dumps({"keys": [*unfit, ec_key.as_dict(private=False)]})
    assert parse_keys(document.encode()).keys() == {ec_key.kid}


class TestServer:
    def is_away(self, provider: JwksServer, **options: Any) -> None:
        with pytest.raises(IdentityUnavailable):
            KeySource(fetcher(provider.url, **options)).find("ec-1")
        assert provider.requests == 1

    def test_answer_that_is_too_large(self, provider: JwksServer) -> None:
        provider.document = b" " * MAX_BYTES + provider.document
        self.is_away(provider)

    def test_endless_answer(self, provider: JwksServer) -> None:
        """One that stays below every time-out between two bytes, and never ends."""
        stop = threading.Event()

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while not stop.wait(0.01):
                try:
                    handler.wfile.write(b" ")
                except OSError:
                    return

        provider.answer = drip
        try:
            self.is_away(provider, timeout_seconds=0.2)
        finally:
            stop.set()

    @pytest.mark.parametrize("status", [302, 404, 500])
    def test_other_status(self, provider: JwksServer, status: int) -> None:
        """A redirect is not followed, wherever it leads."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Location", provider.url)
            handler.end_headers()
            handler.wfile.write(provider.document)

        provider.answer = answer
        self.is_away(provider)

    def test_nobody_there(self, ec_key: ECKey) -> None:
        with JwksServer(key_set(ec_key)).running() as server:
            url = server.url
        with pytest.raises(IdentityUnavailable):
            KeySource(fetcher(url)).find("ec-1")

    def test_many_threads_ask_once(self, provider: JwksServer) -> None:
        source = KeySource(fetcher(provider.url))
        with ThreadPoolExecutor(16) as threads:
            found = list(threads.map(source.find, ["ec-1"] * 64))
        assert {key.kid for key in found} == {"ec-1"}
        assert provider.requests == 1


def test_file_that_cannot_be_used(tmp_path: Path) -> None:
    """One that is missing, one that is huge."""
    path = tmp_path / "jwks.json"
    with pytest.raises(IdentityUnavailable):
        KeySource(fetcher(str(path))).find("ec-1")
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(IdentityUnavailable):
        KeySource(fetcher(str(path))).find("ec-1")


class TestRefreshing:
    def test_made_up_ids_cause_no_storm(self, ec_key: ECKey, timer: Timer) -> None:
        """At most one request in 30 seconds, whoever asks for whatever."""
        provider = Document(ec_key)
        source = KeySource(provider, timer=timer)
        for number in range(100):
            with pytest.raises(Unauthenticated) as caught:
                source.find(f"made-up-{number}")
            assert caught.value.reason is Reason.UNKNOWN_KEY
            timer.seconds += 1
        assert provider.requests == 4

    def test_withdrawn_key_is_refused_within_the_hour(self, ec_key: ECKey, timer: Timer) -> None:
        provider = Document(ec_key)
        source = KeySource(provider, timer=timer)
        source.find("ec-1")
        provider.keys = (an_ec_key("ec-2"),)
        timer.seconds += 3_599
        source.find("ec-1")
        timer.seconds += 1
        with pytest.raises(Unauthenticated):
            source.find("ec-1")

    def test_provider_that_is_away(self, ec_key: ECKey, timer: Timer) -> None:
        """Known keys are good for a day; of others it cannot be said whether they exist."""
        provider = Document(ec_key)
        source = KeySource(provider, timer=timer)
        source.find("ec-1")
        provider.is_away = True
        timer.seconds += 86_399
        source.find("ec-1")
        with pytest.raises(IdentityUnavailable):
            source.find("ec-2")
        timer.seconds += 1
        with pytest.raises(IdentityUnavailable):
            source.find("ec-1")

    def test_it_recovers(self, ec_key: ECKey, timer: Timer) -> None:
        provider = Document(ec_key)
        provider.is_away = True
        source = KeySource(provider, timer=timer)
        for _ in range(3):
            with pytest.raises(IdentityUnavailable):
                source.find("ec-1")
        provider.is_away = False
        timer.seconds += 30
        source.find("ec-1")
        assert provider.requests == 2

    def test_known_key_does_not_wait_for_a_refresh(self, ec_key: ECKey, timer: Timer) -> None:
        """While one thread asks a slow provider, the others go on with what they know."""
        asking, go_on = threading.Event(), threading.Event()
        provider = Document(ec_key)
        source = KeySource(provider, timer=timer)
        source.find("ec-1")

        def slow() -> bytes:
            asking.set()
            go_on.wait(10)
            return provider()

        source._fetch = slow
        timer.seconds += 3_600
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(source.find, "ec-1")
            asking.wait(10)
            assert source.find("ec-1").kid == "ec-1"
            assert not waiting.done()
            go_on.set()
            assert waiting.result().kid == "ec-1"
