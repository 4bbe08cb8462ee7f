"""Wrong credentials by client address: many in a short time, and none are looked at for a while."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import Lock
from time import monotonic

from api.identity.errors import TooManyFailures


@dataclass(frozen=True, slots=True)
class AttemptRules:
    """How many failures within which time lock an address, for how long, and how many are watched."""

    failures: int = 20
    within_seconds: float = 300
    lock_seconds: float = 300
    max_addresses: int = 10_000


class FailedAttempts:
    """A lock against guessing, in the memory of one process and by the monotonic clock."""

    def __init__(self, rules: AttemptRules | None = None, *, timer: Callable[[], float] = monotonic) -> None:
        self._rules = rules or AttemptRules()
        self._timer = timer
        self._lock = Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Refuse an address that is locked.

        Raises
        ------
        TooManyFailures
            With the seconds that are left.
        """
        with self._lock:
            times = self._failures.get(_network(address))
            if times is None or len(times) < self._rules.failures:
                return
            if times[-1] - times[0] > self._rules.within_seconds:
                return
            left = times[-1] + self._rules.lock_seconds - self._timer()
            if left > 0:
                raise TooManyFailures(math.ceil(left))
            times.clear()

    def record(self, address: str) -> None:
        """Count a failure. The address that failed least recently is forgotten when there are too many."""
        network = _network(address)
        with self._lock:
            times = self._failures.setdefault(network, deque(maxlen=self._rules.failures))
            times.append(self._timer())
            self._failures.move_to_end(network)
            if len(self._failures) > self._rules.max_addresses:
                self._failures.popitem(last=False)


def _network(address: str) -> str:
    """Return what one client commands: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False).network_address)
    return str(parsed)
