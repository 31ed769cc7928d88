"""Capability files of many operations, as large APIs have them: each is consumed, a route and a tool."""

from __future__ import annotations

from pathlib import Path


def write_many(folder: Path, count: int) -> Path:
    """Write a file of so many operations."""
    path = folder / f"operations-{count}.yml"
    parts = ((_HEAD, _CONSUMED), (_REST, _ROUTE), (_MCP, _TOOL))
    each = (head + "".join(unit.replace("NUMBER", str(n)) for n in range(count)) for head, unit in parts)
    path.write_text("".join(each), encoding="utf-8")
    return path


_HEAD = """\
naftiko: 1.0.0-alpha2
info:
  label: Jobs
  description: Many operations of an API, exposed as REST routes and as MCP tools.
binds:
- namespace: env
  keys:
    BENCH_KEY: BENCH_KEY
capability:
  consumes:
  - type: http
    namespace: jobs
    baseUri: http://127.0.0.1:8000/v1
    authentication:
      type: bearer
      token: '{{env.BENCH_KEY}}'
    resources:
"""
_CONSUMED = """\
    - name: kind-NUMBER
      path: /kinds/NUMBER/jobs/{id}
      operations:
      - name: get-kind-NUMBER
        method: GET
        description: Get a job of kind NUMBER
        inputParameters:
        - {name: id, in: path, type: string, required: true, description: Which job}
        - {name: part, in: query, type: string, description: Which part of it}
"""
_REST = """\
  exposes:
  - type: rest
    namespace: jobs-rest
    port: 8080
    resources:
"""
_ROUTE = """\
    - path: /v1/kinds/NUMBER/jobs/{id}
      name: kind-NUMBER
      operations:
      - method: GET
        name: get-kind-NUMBER
        description: Get a job of kind NUMBER
        call: jobs.get-kind-NUMBER
        with: {id: rest.id}
"""
_MCP = """\
  - type: mcp
    namespace: jobs-mcp
    port: 9090
    transport: http
    description: Jobs
    tools:
"""
_TOOL = """\
    - name: get_kind_NUMBER
      description: Get a job of kind NUMBER
      hints: {readOnly: true}
      call: jobs.get-kind-NUMBER
      with: {id: tools.id}
"""
