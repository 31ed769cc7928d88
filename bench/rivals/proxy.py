"""A REST pass-through as one would write it by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving import serve, upstream


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
    async with upstream() as session:
        yield {"session": session}


async def get_job(request: Request) -> Response:
    path = f"/v1/jobs/{quote(request.path_params['id'], safe='')}"
    try:
        async with request.state.session.get(path) as answer:
            return Response(await answer.read(), answer.status, media_type=answer.content_type)
    except aiohttp.ClientError:
        problem = orjson.dumps({"title": "bad gateway", "status": 502})
        return Response(problem, 502, media_type="application/problem+json")


serve(Starlette(routes=[Route("/v1/jobs/{id}", get_job)], lifespan=lifespan))
