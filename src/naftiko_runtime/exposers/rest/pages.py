"""The two pages about a REST server itself: its OpenAPI document, and a viewer to try it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType

from ...plan.surfaces import RestSurface
from ...values.json import encode
from ..boundary import Send
from .openapi import describe
from .response import send_whole

_VIEWER = Path(__file__).parent / "viewer"
# scripts and styles stand in the page itself, and nothing is loaded from anywhere else
_POLICY = "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="viewer"></div>
<script>{script}</script>
<script>
SwaggerUIBundle({{
  url: "openapi.json", dom_id: "#viewer", tryItOutEnabled: true, validatorUrl: null, deepLinking: true,
  defaultModelsExpandDepth: 0
}});
</script>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages by path; a route of the capability goes before a page of the same path."""

    document: bytes
    title: str

    @property
    def paths(self) -> Mapping[bytes, str]:
        return MappingProxyType({b"/openapi.json": "application/json", b"/docs": "text/html; charset=utf-8"})

    async def send(self, path: bytes, send: Send, *, head: bool) -> None:
        """Send a page; the viewer is read from disk, because few ever open it."""
        headers = [("content-type", self.paths[path]), ("cache-control", "no-cache")]
        if path == b"/docs":
            headers.append(("content-security-policy", _POLICY))
        body = self.document if path == b"/openapi.json" else self._viewer()
        await send_whole(send, 200, tuple(headers), body, head=head)

    def _viewer(self) -> bytes:
        style = (_VIEWER / "swagger-ui.css").read_text(encoding="utf-8")
        script = (_VIEWER / "swagger-ui-bundle.js").read_text(encoding="utf-8")
        return _PAGE.format(title=escape(self.title), style=style, script=script).encode()


def build_pages(surface: RestSurface, *, title: str, version: str) -> Pages:
    return Pages(encode(describe(surface, title=title, version=version)), title)
