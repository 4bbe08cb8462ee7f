"""An identity provider: keys of its own, a real server on loopback that publishes them, tokens."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from tests.builders import NOW

ISSUER = "https://login.example.org"
AUDIENCE = "lastmeter"


def an_ec_key(key_id: str = "ec-1") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": key_id})


def an_rsa_key(key_id: str = "rsa-1", bits: int = 2048) -> RSAKey:
    return RSAKey.generate_key(bits, {"kid": key_id})


def an_okp_key(key_id: str = "okp-1") -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": key_id})


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def some_claims(**changes: Any) -> dict[str, Any]:
    """The claims of a dispatcher of one district; a change to None leaves a claim out."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "worker-7",
        "iat": seconds(NOW) - 10,
        "exp": seconds(NOW) + 600,
        "role": "dispatcher",
        "jurisdiction": ["440103"],
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def a_token(
    key: Key, claims: dict[str, Any] | None = None, *, algorithm: str = "ES256", **header: Any
) -> str:
    return jwt.encode(
        {"alg": algorithm, "kid": key.kid, **header},
        some_claims() if claims is None else claims,
        key,
        algorithms=[algorithm],
    )


def encoded(content: Any) -> str:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: Any, claims: Any, sign: Callable[[bytes], bytes] = lambda _: b"") -> str:
    """A token made by hand, as no library would make it."""
    signed = f"{encoded(header)}.{encoded(claims)}"
    return f"{signed}.{encoded(sign(signed.encode()))}"


def key_set(*keys: Key) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


class JwksServer:
    """Publishes a document and counts who asks for it; `answer` may be replaced."""

    def __init__(self, document: bytes) -> None:
        self.document = document
        self.requests = 0
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self._publish
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks"

    def _publish(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(self.document)))
        handler.end_headers()
        handler.wfile.write(self.document)

    @contextmanager
    def running(self) -> Iterator[JwksServer]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class Timer:
    """A monotonic clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds
