"""FastMCP's own way from a description of an API to a server."""

from typing import Any

import httpx2
from fastmcp import FastMCP

from serving import KEY, UPSTREAM, serve, tool_names


def operation(name: str) -> dict[str, Any]:
    return {
        "get": {
            "operationId": name,
            "summary": "Get job",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {
                    "description": "The job",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            },
        }
    }


FIRST, *MORE = tool_names()
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Jobs", "version": "1"},
    "paths": {
        "/v1/jobs/{id}": operation(FIRST),
        **{f"/v1/kinds/{number}/jobs/{{id}}": operation(name) for number, name in enumerate(MORE)},
    },
}

client = httpx2.AsyncClient(base_url=UPSTREAM, headers={"Authorization": f"Bearer {KEY}"})
server = FastMCP.from_openapi(DOCUMENT, client=client, name="jobs")
serve(server.http_app(path="/mcp", json_response=True, stateless_http=True))
