"""One attempt against receivers that are slow, endless, broken, redirecting or somebody else."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.clock import SystemClock
from api.webhooks.outcomes import Delivered, Gone, Outcome, Retry
from api.webhooks.sending import Sender
from tests.api.webhooks.receivers import Receiver, receiving, talking
from tests.builders import NOW

SENDER = Sender(may_be_loopback=True)
HASTY = Sender(may_be_loopback=True, deadline_seconds=0.3)
TOO_LATE = Retry("no answer in time", concerns_endpoint=True)


def post(sender: Sender, url: str) -> Outcome:
    return sender.attempt(url, {"webhook-id": "m1"}, b'{"id":1}', NOW)


def answered(answer: bytes) -> Outcome:
    with talking(lambda connection, _: connection.sendall(answer)) as (port, _):
        return post(SENDER, f"http://127.0.0.1:{port}/")


def test_a_message_arrives_as_it_is() -> None:
    with receiving(Receiver()) as receiver:
        assert post(SENDER, receiver.url) == Delivered()
    (message,) = receiver.messages
    assert message.body == b'{"id":1}'
    assert message.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert message.headers["content-type"] == "application/json"
    assert message.id == "m1"


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Delivered()),
        (202, {}, Delivered()),
        (301, {"location": "/other"}, Retry("status 301")),
        (302, {"location": "https://example.org/"}, Retry("status 302")),
        (308, {"location": "/other"}, Retry("status 308")),
        (400, {}, Retry("status 400")),
        (404, {}, Retry("status 404")),
        (410, {}, Gone()),
        (429, {"retry-after": "7"}, Retry("status 429", 7.0, concerns_endpoint=True)),
        (500, {}, Retry("status 500")),
        (
            503,
            {"retry-after": "Mon, 02 Mar 2026 01:00:09 GMT"},
            Retry("status 503", 9.0, concerns_endpoint=True),
        ),
    ],
)
def test_the_status_decides(status: int, headers: dict[str, str], outcome: Outcome) -> None:
    with receiving(Receiver(lambda _: (status, headers))) as receiver:
        assert post(SENDER, receiver.url) == outcome
    assert len(receiver.messages) == 1


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would resolve the name again, and reach what it can reach."""
    with talking(lambda *_: None) as (proxy, received), receiving(Receiver()) as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert post(SENDER, receiver.url) == Delivered()
    assert received == []


def silent(_: socket.socket, is_over: Event) -> None:
    is_over.wait()


def slow_headers(connection: socket.socket, is_over: Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not is_over.wait(0.02):
        connection.sendall(b"x: y\r\n")


def endless_informing(connection: socket.socket, is_over: Event) -> None:
    while not is_over.is_set():
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")


@pytest.mark.parametrize("talk", [silent, slow_headers, endless_informing])
def test_one_deadline_holds_for_all_of_it(talk: object) -> None:
    with talking(talk) as (port, _):  # type: ignore[arg-type]
        assert post(HASTY, f"http://127.0.0.1:{port}/") == TOO_LATE


def test_a_slow_name_server_is_not_waited_for() -> None:
    is_over = Event()

    def resolver(*_: object) -> list[str]:
        is_over.wait()
        return []

    sender = Sender(deadline_seconds=0.1, resolver=resolver)
    try:
        assert post(sender, "https://hook.example.org/") == TOO_LATE
    finally:
        is_over.set()


@pytest.mark.parametrize("pause_seconds", [0, 0.02])
def test_an_endless_body_is_not_read(pause_seconds: float) -> None:
    def talk(connection: socket.socket, is_over: Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not is_over.wait(pause_seconds):
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    with talking(talk) as (port, _):
        assert post(SENDER, f"http://127.0.0.1:{port}/") == Delivered()


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, b"\x00" * 99,
     b"HTTP/1.1 999999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_answer_is_tried_again(answer: bytes) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Retry)
    assert outcome.concerns_endpoint
    assert outcome.reason.startswith("no answer (")


def test_nobody_there_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    outcome = post(SENDER, f"http://127.0.0.1:{port}/")
    assert outcome == Retry("no answer (ConnectError)", concerns_endpoint=True)


def test_an_unknown_name_is_tried_again() -> None:
    def resolver(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    outcome = post(Sender(resolver=resolver), "https://hook.example.org/")
    assert outcome == Retry("the name is not known", concerns_endpoint=True)


def a_certificate(name: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(pem))
    return path


@contextmanager
def tls_receiver(certificate: Path) -> Iterator[tuple[int, list[str | None]]]:
    """Answers 204 over TLS; gives the port and the server names that were asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    is_over = Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(b"HTTP/1.1 204 x\r\n\r\n")
                is_over.wait()
        except OSError:
            connection.close()

    thread = Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], names
    finally:
        is_over.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize(("name", "is_trusted"), [("localhost", True), ("other.example.org", False)])
def test_the_certificate_is_that_of_the_name(name: str, is_trusted: bool, tmp_path: Path) -> None:
    """Though the connection is made to an address."""
    certificate = a_certificate(name, tmp_path)
    trust = ssl.create_default_context(cafile=str(certificate))
    sender = Sender(may_be_loopback=True, resolver=lambda *_: ["127.0.0.1"], tls=trust)
    with tls_receiver(certificate) as (port, names):
        outcome = post(sender, f"https://localhost:{port}/")
    assert (outcome == Delivered()) is is_trusted
    assert names == ["localhost"]


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    with tls_receiver(a_certificate("localhost", tmp_path)) as (port, _):
        outcome = post(SENDER, f"https://localhost:{port}/")
    assert outcome == Retry("no answer (ConnectError)", concerns_endpoint=True)
