"""Metrics in Prometheus' text format, in a registry of this application's own."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api.guarded_store import COMMITTED
from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import LastMeterError
from graph_models.domain.notifications import Delivery, DeliveryStatus
from graph_models.ports import GraphStore, Put, WriteBatch

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts requests by route template, never by address; no label names a thing or a person."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter("http_requests", "Requests answered", "method", "route", "status")
        self._durations = Histogram(
            "http_request_duration_seconds",
            "Time from the head of a request to the end of its answer",
            ("method", "route"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._shed = self._counter(
            "lastmeter_requests_shed", "Requests not let in, or given up, by type of problem", "problem"
        )
        self._limited = self._counter(
            "lastmeter_requests_limited", "Requests beyond the budget of their subject", "budget"
        )
        self._writes = self._counter(
            "lastmeter_store_writes", "Batches handed to the store, by what became of them", "outcome"
        )
        self._events = self._counter(
            "lastmeter_events", "Audit events written by this process", "action", "reason", "level"
        )
        self._deliveries = self._counter(
            "lastmeter_webhook_deliveries", "Attempts to deliver a message, by outcome", "outcome"
        )

    def watch(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Add a gauge that is read at each scrape; it shows NaN where `read` does not know."""
        Gauge(name, meaning, registry=self._registry).set_function(read)

    def watch_deliveries(self, store: GraphStore) -> None:
        """Add gauges of the messages that are waiting, and of those that were given up."""
        for status in DeliveryStatus:
            name, meaning = f"lastmeter_webhook_{status}", f"Messages to receivers that are {status}"
            self.watch(name, meaning, lambda status=status: _deliveries(store, status))  # type: ignore[misc]

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._durations.labels(method, route).observe(seconds)

    def shed(self, problem: str) -> None:
        self._shed.labels(problem).inc()

    def limited(self, budget: str) -> None:
        self._limited.labels(budget).inc()

    def wrote(self, batch: WriteBatch, outcome: str) -> None:
        self._writes.labels(outcome).inc()
        if outcome == COMMITTED:
            for each in batch.operations:
                if isinstance(each, Put) and isinstance(each.value, AuditEvent):
                    event = each.value
                    self._events.labels(event.action, event.reason or "", event.level or "").inc()

    def delivered(self, outcome: str, count: int) -> None:
        self._deliveries.labels(outcome).inc(count)

    def expose(self) -> bytes:
        return generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)


def _deliveries(store: GraphStore, status: DeliveryStatus) -> float:
    try:
        pages = store.scan_columns(Delivery, ("status",))
        return float(sum(page["status"].count(status) for page in pages))
    except LastMeterError:
        return nan
