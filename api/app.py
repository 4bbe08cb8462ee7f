"""The composition root of the HTTP service: opens the store, loads the engine, assembles the routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

import structlog
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from opentelemetry.trace import TracerProvider
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import Route

from api import openapi
from api.assembly import identity_of, limits_of, policy_of, vault_of
from api.background import Background, DueWork, WebhookWork
from api.clock import SystemClock
from api.console.pages import console_routes
from api.dependencies import Services, authorised
from api.guarded_store import GuardedStore
from api.http import handlers
from api.http.middleware import BodyLimit, HeadAsGet, Observation
from api.limits.admission import RESERVE_THREADS, Admission
from api.limits.rate_limits import RateLimits
from api.limits.streams import Streams
from api.live.coverage import CoverageDesk
from api.live.engine import Engine
from api.live.event_feed import EventFeed
from api.live.loading import Upkeep
from api.live.plans import Plans
from api.live.queue import LiveQueue
from api.live.warm_start import WarmStart, index_path
from api.metrics import Metrics
from api.parameters import read_parameters
from api.routes import (
    areas,
    categories,
    coverage,
    events,
    keys,
    maps,
    needs,
    operations,
    plans,
    providers,
    queue,
    referrals,
    residents,
    skills,
    suggestions,
    webhooks,
)
from api.settings import Settings
from api.tracing import SERVICE, RequestSpans, StoreSpans, provider_from_environment
from api.webhooks.sending import Sender
from graph_models.ports import Clock, GraphStore
from graph_models.stores.opening import file_of, open_store
from matcher.closed_loop.desk import Desk

log = structlog.stdlib.get_logger("lastmeter.engine")

ROUTERS = (
    *(
        module.router
        for module in (
            residents,
            needs,
            queue,
            maps,
            referrals,
            suggestions,
            plans,
            coverage,
            providers,
            areas,
            skills,
            categories,
            operations,
            events,
            keys,
            webhooks,
        )
    ),
    providers.search_router,
    events.audit_router,
)
TAGS = [
    {"name": "residents", "description": "Who is helped, and how they can be reached"},
    {"name": "needs", "description": "Requests for help"},
    {"name": "queue", "description": "What is open, in the order in which it should be seen to"},
    {"name": "referrals", "description": "One need offered to one provider, followed to its end"},
    {"name": "events", "description": "What happens, and what has happened"},
    {"name": "suggestions", "description": "Ranked, explained providers for a need"},
    {"name": "plans", "description": "Providers for many needs at once"},
    {"name": "coverage", "description": "Where help does not reach, why, and what would change it"},
    {"name": "providers", "description": "Whoever can serve a need"},
    {"name": "areas", "description": "Where things are"},
    {"name": "menu", "description": "What can be asked for, and the skills it takes"},
    {"name": "access", "description": "Programs that ask, and programs that are told"},
    {"name": "operations", "description": "Health, readiness, metrics, meanings of problems"},
]


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    store: GraphStore | None = None,
    traces: TracerProvider | None = None,
) -> FastAPI:
    """Build the service on a store: the one given, or that of the settings. It closes it at its end.

    Raises
    ------
    LastMeterError
        If the store cannot be opened or the matching parameters are refused.
    """
    clock = clock or SystemClock()
    parameters = read_parameters(settings.parameters_file)
    vault = vault_of(settings)
    metrics = Metrics()
    traces = traces or provider_from_environment()
    tracer = None if traces is None else traces.get_tracer(SERVICE)
    spans = StoreSpans(tracer, "sqlite" if file_of(settings.store_url) else "neo4j")
    guarded = GuardedStore(store or open_store(settings.store_url, clock), metrics.wrote, spans)
    path = index_path(settings, file_of(settings.store_url))
    warm_start = WarmStart(
        path, guarded, clock, parameters, lambda event, why: log.warning(event, reason=why)
    )

    identity = identity_of(settings, guarded)
    loop_desk = Desk(guarded, policy_of(settings))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = settings.max_requests + RESERVE_THREADS
        guarded.start()
        engine = Engine(guarded, warm_start.load_and_keep)
        work_queue = LiveQueue(guarded)
        metrics.watch("lastmeter_engine_providers", "Providers in the engine", engine.size)
        metrics.watch("lastmeter_engine_lag_changes", "Committed changes the engine has not seen", engine.lag)
        events = EventFeed(guarded)
        metrics.watch_deliveries(guarded)
        streams = Streams(settings.max_streams, settings.max_streams_each, settings.heartbeat_seconds)
        metrics.watch(
            "lastmeter_store_away", "1 while the store cannot be reached", lambda: float(guarded.is_away)
        )
        metrics.watch("lastmeter_open_streams", "Event streams that are open", lambda: float(len(streams)))
        services = Services(
            store=guarded,
            clock=clock,
            engine=engine,
            queue=work_queue,
            metrics=metrics,
            plans=Plans(engine),
            coverage=CoverageDesk(engine, settings.least_count),
            desk=loop_desk,
            events=events,
            authenticator=identity.authenticator,
            sessions=identity.sessions,
            vault=vault,
            rate_limits=RateLimits(
                settings.requests_per_minute, settings.directory_pages_per_hour, metrics.limited
            ),
            streams=streams,
            may_send_to_loopback=settings.webhooks_to_loopback,
        )
        app.state.services = services
        due = DueWork(guarded, loop_desk)
        metrics.watch(
            "lastmeter_overdue_seconds",
            "For how long the oldest hold or need that is due has waited",
            lambda: due.overdue_seconds(clock.now()),
        )
        workers = [Background(guarded, clock, "due", due)]
        if vault is not None:
            sender = Sender(may_be_loopback=settings.webhooks_to_loopback)
            work = WebhookWork(guarded, sender, vault, clock, metrics.delivered)
            workers.append(Background(guarded, clock, "webhooks", work))
        following = asyncio.create_task(events.run())
        for each in workers:
            each.start()
        upkeep = Upkeep(engine=engine.keep_up, queue=work_queue.keep_up)
        try:
            yield
        finally:
            engine.cancel()
            work_queue.cancel()
            upkeep.cancel()
            following.cancel()
            await asyncio.gather(*(run_in_threadpool(each.stop) for each in workers))
            await run_in_threadpool(services.plans.close)
            await run_in_threadpool(services.coverage.close)
            await run_in_threadpool(warm_start.save)
            await run_in_threadpool(guarded.close)
            await run_in_threadpool(engine.join)
            await run_in_threadpool(work_queue.join)
            await run_in_threadpool(upkeep.join)

    app = FastAPI(
        title="Last Meter",
        version=version("lastmeter"),
        summary="Who nearby is able, free and why: providers for the needs of residents in difficulty.",
        openapi_tags=TAGS,
        docs_url=None,  # FastAPI's pages load their scripts from a CDN; /openapi.json works offline
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
        dependencies=[Depends(authorised)],
        middleware=[
            Middleware(Observation, metrics=metrics),
            *(() if tracer is None else (Middleware(RequestSpans, tracer=tracer),)),
            Middleware(HeadAsGet),
            Middleware(BodyLimit, max_bytes=settings.max_body_bytes),
            Middleware(Admission, limits=limits_of(settings), shed=metrics.shed),
        ],
    )
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes += console_routes()
    served = [route for router in (app, *ROUTERS) for route in router.routes if isinstance(route, Route)]
    handlers.install(app, served)
    app.state.generated_token = identity.generated
    app.openapi = partial(openapi.describe, app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app
