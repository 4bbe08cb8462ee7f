"""Metrics in Prometheus' text format, in a registry of this application's own."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts requests by route template, never by address."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests_total", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._durations = Histogram(
            "http_request_duration_seconds",
            "Time from the head of a request to the end of its answer",
            ("method", "route"),
            buckets=SECONDS,
            registry=self._registry,
        )

        self._shed = Counter(
            "lastmeter_requests_shed",
            "Requests that were not let in or were given up, by type of problem",
            ("problem",),
            registry=self._registry,
        )

        self._limited = Counter(
            "lastmeter_requests_limited",
            "Requests beyond the budget of their subject, by budget",
            ("budget",),
            registry=self._registry,
        )

    def limited(self, budget: str) -> None:
        self._limited.labels(budget).inc()

    def shed(self, problem: str) -> None:
        self._shed.labels(problem).inc()

    def watch(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Add a gauge that is read at each scrape; it shows NaN where `read` does not know."""
        Gauge(name, meaning, registry=self._registry).set_function(read)

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._durations.labels(method, route).observe(seconds)

    def expose(self) -> bytes:
        return generate_latest(self._registry)
