"""Which proxy a request goes through, by the variables that every tool reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Proxies:
    """Proxies by the scheme of the address that is called; ``bypass`` are hosts that need none."""

    by_scheme: Mapping[str, str] | None = None
    bypass: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Proxies:
        """Read HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; names in lower case go first."""

        def said(name: str) -> str:
            return environ.get(name) or environ.get(name.upper()) or ""

        found = {scheme: said(f"{scheme}_proxy") or said("all_proxy") for scheme in ("http", "https")}
        return cls({scheme: _url(proxy) for scheme, proxy in found.items() if proxy}, said("no_proxy"))

    def proxy_for(self, url: str) -> str | None:
        """Find the proxy for an address."""
        if not self.by_scheme:
            return None
        parts = urlsplit(url)
        proxy = self.by_scheme.get(parts.scheme)
        return None if proxy is None or self._needs_none(parts.hostname or "", parts.port) else proxy

    def urls(self) -> frozenset[str]:
        return frozenset((self.by_scheme or {}).values())

    def _needs_none(self, host: str, port: int | None) -> bool:
        for entry in self.bypass.lower().split(","):
            name, _, only = entry.strip().removeprefix("*.").lstrip(".").partition(":")
            if name == "*" or (name and f".{host}".endswith(f".{name}") and only in ("", str(port))):
                return True
        return False


def _url(proxy: str) -> str:
    """Read ``host:port`` as an address, as other tools do."""
    return proxy if "://" in proxy else f"http://{proxy}"
