"""``--healthcheck``: calls the servers that run here."""

from __future__ import annotations

from argparse import Namespace
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from .notes import read_notes

_TIMEOUT_S = 3.0


def healthcheck(arguments: Namespace) -> int:
    """Ask every server of this user on this machine; 0 when there is one and all of them answer."""
    urls = [url for note in read_notes() for url in note.splitlines()]
    if not urls:
        print("unhealthy: nothing is being served")
        return 1
    silent = next((url for url in urls if not _answers(url)), None)
    print(f"unhealthy: no answer from {silent}" if silent else f"healthy: {', '.join(urls)}")
    return 1 if silent else 0


def _answers(url: str) -> bool:
    """Tell whether a server answers at all; which status it is says nothing about its health."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=_TIMEOUT_S)
    try:
        connection.request("OPTIONS", "*")  # the server itself: below no path that is forwarded
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
