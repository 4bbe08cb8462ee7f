"""Traces (OpenTelemetry): one span for each request and one for each call of the store; off unless asked for.

Attributes are those listed here: nothing in them names a person, a need or an address. FastAPI's own
telemetry records paths and queries, which do; it stays off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import version

from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, TracerProvider, use_span
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph_models.domain.errors import LastMeterError

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
SERVICE = "lastmeter"
UNMATCHED = "unmatched"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"))


class TracingNotInstalled(LastMeterError):
    """Traces are asked for, and what sends them is not there."""

    def __init__(self) -> None:
        super().__init__(f"{ENDPOINT} asks for traces: install lastmeter[tracing], or unset it")


def provider_from_environment() -> TracerProvider | None:
    """Make what sends traces to the collector of the environment, None if there is none.

    Raises
    ------
    TracingNotInstalled
        If there is one and the extra `tracing` is missing.
    """
    if not os.environ.get(ENDPOINT):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider as Provider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracingNotInstalled from error
    provider = Provider(
        resource=Resource.create({"service.name": SERVICE, "service.version": version(SERVICE)})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class StoreSpans:
    """Spans around calls of the store."""

    def __init__(self, tracer: Tracer | None, system: str) -> None:
        self._tracer = tracer
        self._system = system

    def around(self, operation: str, kind: str) -> AbstractContextManager[object]:
        """Begin a span; `kind` is the kind of value, never its key."""
        if self._tracer is None:
            return nullcontext()
        return self._span(self._tracer, operation, kind)

    @contextmanager
    def _span(self, tracer: Tracer, operation: str, kind: str) -> Iterator[None]:
        attributes = {
            "db.system.name": self._system,
            "db.operation.name": operation,
            "db.collection.name": kind,
        }
        with tracer.start_as_current_span(
            f"store.{operation}",
            kind=SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,  # its message may quote a value
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except LastMeterError as error:
                _fail(span, type(error).__name__)
                raise


class RequestSpans:
    """Middleware: a span for each request, named by the template of its route."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        parent = extract(Headers(scope=scope))
        span = self._tracer.start_span(
            method, parent, SpanKind.SERVER, attributes={"http.request.method": method}
        )

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= 500:
                    _fail(span, str(message["status"]))
            await send(message)

        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                await self._app(scope, receive, send_noted)
            finally:
                route = getattr(scope.get("route"), "path", UNMATCHED)
                span.set_attribute("http.route", route)
                span.update_name(f"{method} {route}")


def _fail(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)
