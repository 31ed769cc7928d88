"""The two APIs of the tutorial, replayed from the examples in their OpenAPI documents."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from wire import Seen, Upstream, answer

OPENAPI = Path(__file__).parents[3] / "shared" / "openapi"
_FROM_BODY = re.compile(r"\{\{ request\.body/(\w+) \}\}")


@dataclass
class Replay:
    """Answers each request with the example that its document has for it, else with 404."""

    paths: dict[str, Any]
    seen: list[Seen] = field(default_factory=list)

    @classmethod
    def of(cls, name: str) -> "Replay":
        text = (OPENAPI / f"naftiko-shipyard-{name}-api.yaml").read_text(encoding="utf-8")
        return cls(yaml.safe_load(text)["paths"])

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        self.seen.append(seen)
        found = self._find(seen)
        if found is None:
            await answer(b'{"error": "not_found"}', "404 Not Found")(seen, writer)
            return
        status, media_type, example = found
        body = example if isinstance(example, str) else json.dumps(_filled(example, seen.body))
        await answer(body.encode(), f"{status} Said", content_type=media_type)(seen, writer)

    def _find(self, seen: Seen) -> tuple[str, str, Any] | None:
        target = urlsplit(seen.target)
        for template, methods in self.paths.items():
            match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), target.path)
            if match and (operation := methods.get(seen.method.lower())):
                status, response = next(iter(operation["responses"].items()))
                media_type, content = next(iter(response["content"].items()))
                return _chosen(status, media_type, content["examples"], match.groupdict(), target.query)
        return None


def _chosen(
    status: str, media_type: str, examples: dict[str, Any], parts: dict[str, str], query: str
) -> tuple[str, str, Any] | None:
    """Choose as the documents say: by the path's variables, by the query, else the first."""
    key = "".join(f"/{name}={value}" for name, value in parts.items())
    if key and key not in examples:
        return None
    name = key or (f"?{query}" if f"?{query}" in examples else next(iter(examples)))
    return status, media_type, examples[name]["value"]


def _filled(example: Any, body: bytes) -> Any:
    """Put what was sent into an example that repeats it."""
    if not isinstance(example, dict):
        return example
    sent = json.loads(body) if body else {}
    return {
        key: _FROM_BODY.sub(lambda hole: str(sent[hole[1]]), value) if isinstance(value, str) else value
        for key, value in example.items()
    }


@dataclass(frozen=True)
class Shipyard:
    """Both APIs, served."""

    registry: Replay
    dockyard: Replay
    base_uris: dict[str, str]

    @property
    def lines(self) -> list[str]:
        return [f"{seen.method} {seen.target}" for seen in (*self.registry.seen, *self.dockyard.seen)]


async def open_shipyard(registry: Upstream, dockyard: Upstream) -> Shipyard:
    """Let two upstreams play the APIs of the tutorial."""
    one, other = Replay.of("maritime-registry"), Replay.of("legacy-dockyard")
    registry.respond, dockyard.respond = one, other
    return Shipyard(one, other, {"registry": registry.url, "legacy": dockyard.url})
