"""What the flows of clients for Python share: they list and call tools, and print what they found as JSON.

TARGETS is a JSON list of ``{"at": URL or [COMMAND, ARGUMENT…], "calls": [[TOOL, ARGUMENTS], …]}``;
``"$id"`` in arguments is the id that the first call answered. Two targets are visited at a time. A flow runs
in an environment that has its client, not this project.
"""

import asyncio
import json
import sys


def visit_all(client):
    """Visit each target with a client: a context of the names of its tools and of what calls one."""
    asyncio.run(_main(client, json.loads(sys.argv[1])))


async def _main(client, targets):
    # more than two servers that start at once can take longer than clients wait
    places = asyncio.Semaphore(2)

    async def visited(each):
        async with places:
            return await visit(client(each["at"]), each["calls"])

    print(json.dumps(await asyncio.gather(*(visited(each) for each in targets))))


def id_of(content):
    """Find the id in the text of an answer, in whatever form the client gives it."""
    first = content[0] if isinstance(content, list) and content else content
    text = first.get("text") if isinstance(first, dict) else getattr(first, "text", first)
    try:
        return json.loads(text)["id"]
    except (KeyError, TypeError, ValueError):
        return None


async def visit(opened, calls):
    async with opened as (tools, call):
        errors, known = {}, None
        for name, arguments in calls:
            given = json.loads(json.dumps(arguments).replace("$id", known or ""))
            errors[name], content = await call(name, given)
            known = known or id_of(content)
        return {"tools": tools, "errors": errors}
