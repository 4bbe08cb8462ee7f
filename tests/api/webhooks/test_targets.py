"""No address that a client can give makes the program connect to anything inside."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks import targets
from api.webhooks.outcomes import Outcome, Retry
from api.webhooks.sending import Sender, resolve
from api.webhooks.targets import Target, checked_addresses, is_public, parse_target
from graph_models.domain.errors import InvalidValue
from tests.api.webhooks.receivers import talking
from tests.builders import NOW

PUBLIC = "93.184.215.14"

# {port} is that of a listener on loopback, which counts.
LITERALS = [
    "https://127.0.0.1:{port}/",
    "https://127.1:{port}/",
    "https://127.0.1:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0x7f.0.0.1:{port}/",
    "https://0x7f.1:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://0177.0.0.01:{port}/",
    "https://017700000001:{port}/",
    "https://127.0.0.0x1:{port}/",
    "https://127.0.0.1.:{port}/",
    "https://127.000.000.001:{port}/",
    "https://0:{port}/",
    "https://0.0.0.0:{port}/",
    "https://127.255.255.254:{port}/",
    "https://[::1]:{port}/",
    "https://[::]:{port}/",
    "https://[0:0:0:0:0:0:0:1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[::127.0.0.1]:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[64:ff9b:1::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://[2001:0:7f00:1::1]:{port}/",
    "https://[fe80::1%25lo]:{port}/",
    "https://[::1%lo]:{port}/",
    "https://[127.0.0.1]:{port}/",
    "https://localhost:{port}/",
    "https://LOCALHOST:{port}/",
    "https://localhost.:{port}/",
    "https://１２７.0.0.1:{port}/",
    "https://127。0。0。1:{port}/",
    "https://ⓛocalhost:{port}/",
    "https://①②⑦.0.0.1:{port}/",
    "https://example.org@127.0.0.1:{port}/",
    "https://example.org:443@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}@example.org/",
    "https://example.org#@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}#@example.org/",
    "https://127.0.0.1:{port}\\@example.org/",
    "https://example.org\\@127.0.0.1:{port}/",
    "https:\\\\127.0.0.1:{port}/",
    "https:/127.0.0.1:{port}/",
    "https:127.0.0.1:{port}/",
    "https:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    " https://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/\r\nX-Injected: 1",
    "https://127.0.0.1\t:{port}/",
    "https://127.0.0.1\x00.example.org:{port}/",
    "https://127%2e0%2e0%2e1:{port}/",
    "https://%31%32%37.0.0.1:{port}/",
    "https://127.0.0.1:0{port}/",
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "HTTP://localhost:{port}/",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://100.100.100.200/latest/meta-data/",
    "https://168.63.129.16/",
    "https://metadata/",
]
# What a name of the attacker resolves to.
ANSWERS = [
    ["127.0.0.1"],
    ["127.0.0.2"],
    ["0.0.0.0"],
    ["10.0.0.1"],
    ["172.16.0.1"],
    ["192.168.0.1"],
    ["169.254.169.254"],
    ["100.64.0.1"],
    ["192.0.0.8"],
    ["192.88.99.1"],
    ["168.63.129.16"],
    ["198.18.0.1"],
    ["224.0.0.1"],
    ["240.0.0.1"],
    ["255.255.255.255"],
    ["::1"],
    ["::"],
    ["::ffff:127.0.0.1"],
    ["::ffff:93.184.215.14"],
    ["64:ff9b::7f00:1"],
    ["2002:7f00:1::"],
    ["2001:0:7f00:1::"],
    ["2606:4700::5efe:7f00:1"],
    ["fd00::1"],
    ["fe80::1"],
    ["fe80::1%lo"],
    ["fec0::1"],
    ["ff02::1"],
    ["2001:db8::1"],
    ["3fff::1"],
    [PUBLIC, "127.0.0.1"],
    ["127.0.0.1", PUBLIC],
    ["localhost"],
]

_watching: list[list[Any]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note every connection that is tried, and let none leave this machine."""
    if event == "socket.connect" and _watching:
        _watching[-1].append(arguments[1])
        if arguments[1][0] not in ("127.0.0.1", "::1"):
            raise OSError("not in a test")


sys.addaudithook(_watch)  # cannot be taken off again, so it does nothing unless told to


@contextmanager
def watching() -> Iterator[list[Any]]:
    """Addresses that connections are tried to."""
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        _watching.pop()


def no_answer(connection: socket.socket, _: Event) -> None:
    """Hang up."""


def post(sender: Sender, url: str) -> Outcome:
    return sender.attempt(url, {}, b"{}", NOW)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A listener on loopback, at a port that receivers may have."""
    with talking(no_answer) as (port, received):
        monkeypatch.setattr(targets, "ALLOWED_PORTS", targets.ALLOWED_PORTS | {port})
        yield port
        assert received == []


@pytest.mark.parametrize("url", LITERALS)
def test_no_spelling_of_an_address_inside_connects(url: str, port: int) -> None:
    with watching() as tried:
        outcome = post(Sender(deadline_seconds=2, resolver=resolve), url.replace("{port}", str(port)))
    assert isinstance(outcome, Retry)
    assert outcome.concerns_endpoint
    assert tried == []


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_no_name_with_an_address_inside_connects(answer: list[str], port: int) -> None:
    with watching() as tried:
        outcome = post(Sender(resolver=lambda *_: answer), f"https://hook.example.org:{port}/")
    assert outcome == Retry("the address is not public", concerns_endpoint=True)
    assert tried == []


def test_the_battery_is_not_vacuous() -> None:
    """The same listener is reached where loopback is allowed, and what is tried is seen."""
    with watching() as tried, talking(no_answer) as (port, received):
        for host in ("127.0.0.1", "localhost"):
            post(Sender(may_be_loopback=True), f"http://{host}:{port}/")
    assert len(received) == 2
    assert ("127.0.0.1", port) in tried


class Rebinding:
    """A name server that tells the truth once."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, *_: object) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def test_a_name_that_changes_its_mind_is_connected_where_it_was_checked(port: int) -> None:
    resolver = Rebinding([PUBLIC], ["127.0.0.1"])
    with watching() as tried:
        outcome = post(Sender(resolver=resolver), f"https://hook.example.org:{port}/")
    assert isinstance(outcome, Retry)
    assert resolver.asked == 1
    assert [address[:2] for address in tried] == [(PUBLIC, port)]


def test_all_checked_addresses_are_tried(port: int) -> None:
    other = "2606:4700::6810:84e5"
    with watching() as tried:
        post(Sender(resolver=lambda *_: [other, PUBLIC]), f"https://hook.example.org:{port}/")
    assert [address[0] for address in tried] == [other, PUBLIC]


def test_a_redirect_to_the_inside_is_not_followed() -> None:
    def redirect(connection: socket.socket, _: Event) -> None:
        connection.sendall(f"HTTP/1.1 307 x\r\nlocation: http://127.0.0.1:{inside}/\r\n\r\n".encode())

    with talking(no_answer) as (inside, received), talking(redirect) as (outside, _):
        outcome = post(Sender(may_be_loopback=True), f"http://127.0.0.1:{outside}/")
    assert outcome == Retry("status 307")
    assert received == []


@pytest.mark.parametrize("url", ["http://example.org/", "http://10.0.0.1/", "https://10.0.0.1/"])
def test_loopback_may_be_allowed_and_nothing_else_with_it(url: str) -> None:
    with pytest.raises(InvalidValue):
        parse_target(url, may_be_loopback=True)
    with pytest.raises(targets.ForbiddenAddress):
        checked_addresses(
            parse_target("http://localhost/", may_be_loopback=True), [PUBLIC], may_be_loopback=True
        )


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://example.org", Target("https", "example.org", 443, "/"), "example.org"),
        ("HTTPS://Example.ORG:443/A?b=%20c", Target("https", "example.org", 443, "/A?b=%20c"), "example.org"),
        ("https://xn--fiq228c.xn--55qx5d:8443/", Target("https", "xn--fiq228c.xn--55qx5d", 8443, "/"),
         "xn--fiq228c.xn--55qx5d:8443"),
        ("https://[2606:4700:0::1111]/", Target("https", "2606:4700::1111", 443, "/"), "[2606:4700::1111]"),
        (f"https://{PUBLIC}/", Target("https", PUBLIC, 443, "/"), PUBLIC),
    ],
)  # fmt: skip
def test_public_receivers_are_allowed(url: str, target: Target, authority: str) -> None:
    assert parse_target(url) == target
    assert target.authority == authority


def test_a_public_receiver_without_encryption_is_refused() -> None:
    with pytest.raises(InvalidValue, match="start with https://"):
        parse_target("http://example.org:443/")


@pytest.mark.parametrize("port", ["22", "80", "6379", "65536", "0", "99999"])
def test_other_ports_are_refused(port: str) -> None:
    with pytest.raises(InvalidValue, match="ports"):
        parse_target(f"https://example.org:{port}/")


def test_a_refusal_does_not_repeat_the_address() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_target("https://user:secret@example.org/")
    assert "secret" not in str(caught.value)


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_never_public(address: Any) -> None:
    """Mapped, compatible, NAT64 and 6to4 forms, even of public addresses: nobody receives there."""
    number = int(address)
    for embedded in (0xFFFF << 32 | number, number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert not is_public(ip_address(embedded if embedded >= 1 << 32 else f"::{address}"))


@given(st.ip_addresses())
def test_what_is_public_is_public_to_python_too(address: Any) -> None:
    assert not is_public(address) or (address.is_global and not address.is_private)
