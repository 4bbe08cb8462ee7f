"""Where a webhook may go: to public addresses, and to no other.

A receiver's address is given by a client. Without this it could make the program call what only the
program can reach (SSRF). The address is taken apart here once, by one strict grammar, and the request
is built of these parts: no second parser can read it in another way. The name is resolved once, every
address that it has is checked, and the connection goes to one that was: what the name means a moment
later does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from graph_models.domain.errors import InvalidValue, LastMeterError
from graph_models.domain.notifications import MAX_URL_LENGTH

Address = IPv4Address | IPv6Address
# Name and port to addresses; raises OSError where there are none.
Resolver = Callable[[str, int], Sequence[str]]

FIELD = "webhook_endpoint.url"
ALLOWED_PORTS = frozenset({443, 8443})

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[a-z0-9._~!$&'()*+,;=:@%/?-]*)?",
    re.IGNORECASE,
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# A last label that starts with a digit is how the many spellings of IPv4 addresses end (0x7f.1).
_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")

# Not public, though some versions of Python call them global; and addresses that carry another one.
_REFUSED_V4 = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # carrier-grade NAT
            "168.63.129.16/32",  # a cloud's host agent, at a public address
            "192.0.0.0/24",
            "192.88.99.0/24",  # relays of 6to4
        ),
    )
)
_PUBLIC_V6 = ip_network("2000::/3")
_REFUSED_V6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # Teredo, benchmarking, ORCHID
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "3fff::/20",
        ),
    )
)
_ISATAP = 0x00005EFE


class ForbiddenAddress(LastMeterError):
    """The name has an address that is not public. Which one would tell of the network inside."""

    def __init__(self) -> None:
        super().__init__("the name of the receiver has an address that is not public")


@dataclass(frozen=True, slots=True)
class Target:
    """A receiver's URL in its parts. `host` is a name or a canonical address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"


def parse_target(url: str, *, may_be_loopback: bool = False) -> Target:
    """Take a receiver's URL apart, or refuse it (`InvalidValue`). Looks nothing up.

    `may_be_loopback`, for development and tests, also admits this machine: by http and on any port.
    """
    match = _URL.fullmatch(url) if len(url) <= MAX_URL_LENGTH else None
    if match is None:
        rule = "be https://name/path in ASCII, without user name or fragment"
        raise InvalidValue(FIELD, rule, url)
    scheme = match["scheme"].lower()
    port = int(match["port"] or _default_port(scheme))
    target = Target(scheme, _host(match["host"].lower(), url), port, match["path"] or "/")
    if may_be_loopback and _is_loopback_name(target.host):
        if not 0 < port < 65_536:
            raise InvalidValue(FIELD, "have a port from 1 to 65535", port)
        return target
    if scheme != "https":
        raise InvalidValue(FIELD, "start with https://", url)
    if port not in ALLOWED_PORTS:
        raise InvalidValue(FIELD, f"have one of the ports {sorted(ALLOWED_PORTS)}", port)
    if "." not in target.host and ":" not in target.host:
        raise InvalidValue(FIELD, "have a name with a dot", url)
    if (literal := _literal(target.host)) is not None and not is_public(literal):
        raise InvalidValue(FIELD, "be at a public address", url)
    return target


def checked_addresses(target: Target, found: Sequence[str], *, may_be_loopback: bool = False) -> list[str]:
    """Return a name's addresses in canonical form, or refuse all if one of them is not public."""
    is_local = may_be_loopback and _is_loopback_name(target.host)
    addresses = [_read(each) for each in found]
    if not all(each.is_loopback if is_local else is_public(each) for each in addresses):
        raise ForbiddenAddress
    return list(dict.fromkeys(map(str, addresses)))


def is_public(address: Address) -> bool:
    """Whether an address belongs to one machine somewhere on the Internet, and to no other network."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    # Mapped, compatible, NAT64, unique local, link-local and site-local ones lie outside of 2000::/3.
    if address not in _PUBLIC_V6 or any(address in network for network in _REFUSED_V6):
        return False
    return (int(address) >> 32) & 0xFDFFFFFF != _ISATAP


def _host(written: str, url: str) -> str:
    if written == "localhost" or _NAME.fullmatch(written):
        return written
    literal = _literal(written.removeprefix("[").removesuffix("]"))
    is_bracketed = written.startswith("[")
    if literal is None or (literal.version == 6) != is_bracketed:
        raise InvalidValue(FIELD, "have a plain host name or address", url)
    return str(literal)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _read(found: str) -> Address:
    try:
        return ip_address(found)
    except ValueError:
        raise ForbiddenAddress from None


def _is_loopback_name(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
