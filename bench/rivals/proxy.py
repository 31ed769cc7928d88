"""A REST pass-through as one would write it by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from serving import serve, upstream


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
    async with upstream() as session:
        yield {"session": session}


async def get_job(request: Request) -> Response:
    path = f"/v1/jobs/{quote(request.path_params['id'], safe='')}"
    return await passed_on(request, "GET", path)


async def create_job(request: Request) -> Response:
    path = f"/v1/projects/{quote(request.path_params['project'], safe='')}/jobs"
    given = orjson.loads(await request.body())
    body = orjson.dumps({name: given[name] for name in ("model", "epochs", "files") if name in given})
    query = {"notify": request.query_params["notify"]} if "notify" in request.query_params else {}
    headers = {"Content-Type": "application/json"}
    return await passed_on(request, "POST", path, params=query, data=body, headers=headers)


async def download(request: Request) -> Response:
    path = f"/v1/files/{quote(request.path_params['id'], safe='')}"
    answer = await request.state.session.get(path)

    async def pieces() -> AsyncIterator[bytes]:
        async with answer:
            async for piece in answer.content.iter_any():
                yield piece

    headers = {"Content-Length": answer.headers["Content-Length"]}
    return StreamingResponse(pieces(), answer.status, headers, answer.content_type)


async def passed_on(request: Request, method: str, path: str, **more: object) -> Response:
    try:
        async with request.state.session.request(method, path, **more) as answer:
            return Response(await answer.read(), answer.status, media_type=answer.content_type)
    except aiohttp.ClientError:
        problem = orjson.dumps({"title": "bad gateway", "status": 502})
        return Response(problem, 502, media_type="application/problem+json")


routes = [
    Route("/v1/jobs/{id}", get_job),
    Route("/v1/files/{id}", download),
    Route("/v1/projects/{project}/jobs", create_job, methods=["POST"]),
]
serve(Starlette(routes=routes, lifespan=lifespan))
