"""The client: all that the service does, grouped as users think of it."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self, Unpack

import httpx2

from api.client.answers import AuditEntry, AuditEventPage
from api.client.coverage import ANSWER_SECONDS, Coverage
from api.client.events import Event, follow
from api.client.keys import Keys
from api.client.menu import Categories, Communities, Skills, Streets
from api.client.needs import Needs
from api.client.plans import Plans
from api.client.providers import Providers
from api.client.queue import Queue
from api.client.referrals import Referrals
from api.client.requests import ListAuditEventsQuery
from api.client.residents import Residents
from api.client.suggestions import Suggestions
from api.client.transport import Transport, address
from api.client.waiting import Waiting
from api.client.webhooks import Webhooks


class LastMeter:
    """A service at an address, asked with a credential. Use it in a `with` block, in one thread or several.

    Parameters
    ----------
    base_url
        Such as ``https://lastmeter.example``.
    token
        An API key, a token of the identity provider, or the administrator's.
    timeout_seconds
        To connect, and between two pieces of an answer.
    retries
        How often a request is repeated that got no answer, 408, 429 or 503.
    waiting
        How long to wait before each.
    transport
        What carries the requests instead of the network: another proxy, or an application in this process.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout_seconds: float = 30.0,
        retries: int = 4,
        waiting: Waiting | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._http = httpx2.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout_seconds,
            transport=transport,
        )
        waiting = waiting or Waiting()
        self._transport = Transport(self._http, retries, waiting)
        patient = Transport(self._http, retries, waiting, max(timeout_seconds, ANSWER_SECONDS))
        self.needs = Needs(self._transport)
        self.queue = Queue(self._transport)
        self.referrals = Referrals(self._transport)
        self.suggestions = Suggestions(self._transport)
        self.providers = Providers(self._transport)
        self.plans = Plans(self._transport)
        self.coverage = Coverage(patient)
        self.categories = Categories(self._transport)
        self.skills = Skills(self._transport)
        self.communities = Communities(self._transport)
        self.streets = Streets(self._transport)
        self.residents = Residents(self._transport)
        self.keys = Keys(self._transport)
        self.webhooks = Webhooks(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def events(self, *, after: str | None = None) -> Iterator[Event]:
        """Yield what happens from now on, or behind the cursor of an event, without end.

        A lost connection is taken up again where it broke off. Close the iterator to stop.
        """
        return follow(self._transport, after)

    def audit(self, **filters: Unpack[ListAuditEventsQuery]) -> Iterator[AuditEntry]:
        """Yield the audit trail in the order of time, over all pages."""
        return self._transport.pages(AuditEventPage, address("audit-events"), filters)
