"""The console's addresses: its files, its start page at every other one, and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from api.console.assets import BUILT, INDEX, Asset, find_assets
from api.console.headers import SecurityHeaders
from api.console.session import sign_in, sign_out, who_is_signed_in
from api.http.etags import is_fresh

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Last Meter</title>
<h1>The console is not built</h1>
<p>Its files come with the packaged program. In a checkout, <code>make console</code> builds them
(it takes Node.js); then start <code>lastmeter serve</code> again.
Everything under <code>/v1</code> works without them.</p>
<h1 lang="zh-CN">控制台尚未构建</h1>
<p lang="zh-CN">请在代码目录中运行 <code>make console</code>（需要 Node.js），
然后重新启动 <code>lastmeter serve</code>。</p>
</html>
"""


def console_routes(folder: Path = BUILT) -> list[Route]:
    """Return the routes of the console whose built files are in a folder."""
    assets = find_assets(folder)

    async def serve(request: Request) -> Response:
        return _answer(assets, request)

    secured = [Middleware(SecurityHeaders)]
    # Without a console the root is no address: what is there under /v1 needs none.
    root = [Route("/", _to_console, methods=["GET"], middleware=secured)] if assets else []
    return [
        *root,
        Route("/console/session", sign_in, methods=["POST"], middleware=secured),
        Route("/console/session", who_is_signed_in, methods=["GET"], middleware=secured),
        Route("/console/session", sign_out, methods=["DELETE"], middleware=secured),
        Route("/console", _to_start, methods=["GET"], middleware=secured),
        Route("/console/{path:path}", serve, methods=["GET"], middleware=secured),
    ]


async def _to_console(request: Request) -> Response:  # noqa: ARG001 - the signature of an endpoint
    # Not for ever (308): a browser would remember it of whatever is served at this address later.
    return RedirectResponse("/console/", 303)


async def _to_start(request: Request) -> Response:  # noqa: ARG001 - the signature of an endpoint
    return RedirectResponse("/console/", 308)


def _answer(assets: Mapping[str, Asset], request: Request) -> Response:
    if not assets:
        return HTMLResponse(NOT_BUILT, 503, headers={"Retry-After": "60"})
    asset = assets.get(request.path_params["path"] or INDEX)
    if asset is None:
        # The console finds its own way from any address that somebody has kept or reloads.
        if "text/html" not in request.headers.get("accept", ""):
            raise HTTPException(404)
        asset = assets[INDEX]
    path, coding = asset.best_for(request.headers.get("accept-encoding", ""))
    headers = {"ETag": asset.etag, "Cache-Control": asset.cache_control, "Vary": "Accept-Encoding"}
    if is_fresh(request.headers.get("if-none-match"), asset.etag):
        return Response(status_code=304, headers=headers)
    if coding is not None:
        headers["Content-Encoding"] = coding
    return FileResponse(path, headers=headers, media_type=asset.media_type)
