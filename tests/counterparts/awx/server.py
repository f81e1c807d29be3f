# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in as a web server on the loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from .objects import Refusal, StandIn

TOKEN = "t0ken-0f-awx"
PRODUCT = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}


def answered(status: int, body: Any) -> web.Response:
    return web.Response(status=status) if body is None else web.json_response(body, status=status)


def listing(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": rows}


def answer(its: StandIn, method: str, path: list[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
    match method, path:
        case "GET", [collection]:
            return 200, listing(its.listed(collection, query))
        case "POST", [collection]:
            return 201, its.create(collection, body)
        case "GET", [collection, number]:
            return 200, its.shown(collection, its.find(collection, int(number)))
        case "PATCH", [collection, number]:
            return 200, its.update(collection, int(number), body)
        case "DELETE", [collection, number]:
            its.remove(collection, int(number))
            return 204, None
        case "GET", [_, number, "survey_spec"]:
            return 200, its.surveys.get(int(number), {})
        case "POST", [_, number, "survey_spec"]:
            its.survey(int(number), body)
            return 200, {}
        case "DELETE", [_, number, "survey_spec"]:
            its.surveys.pop(int(number), None)
            return 200, {}
        case "POST", ["workflow_job_template_nodes", number, "create_approval_template"]:
            return 201, its.approval(int(number), body)
        case "GET", [collection, number, kind]:
            return 200, listing(its.associated(collection, int(number), kind))
        case "POST", [collection, number, kind]:
            remove = bool(body.get("disassociate"))
            its.associate(collection, int(number), kind, body["id"], remove=remove)
            return 204, None
    raise Refusal(405, f"{method} {path}")


def application(its: StandIn, calls: list[tuple[str, str]]) -> web.Application:
    async def handle(request: web.Request) -> web.Response:
        calls.append((request.method, request.path))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return answered(401, {"detail": "no token"})
        path = request.path.strip("/").split("/")
        body = await request.json() if request.can_read_body and request.method in ("POST", "PATCH") else {}
        try:
            if path[:2] != ["api", "v2"]:
                raise Refusal(404, request.path)
            response = answered(*answer(its, request.method, path[2:], dict(request.query), body))
        except Refusal as refusal:
            response = answered(refusal.status, {"error": str(refusal), "detail": str(refusal)})
        response.headers.update(PRODUCT)
        return response

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    return application


@contextlib.contextmanager
def serving(its: StandIn, calls: list[tuple[str, str]]) -> Iterator[str]:
    """The URL, while it runs."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(application(its, calls))
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(runner.cleanup())
        loop.close()
