"""Puts the wrappers of one API around its client, in the order that makes them work together."""

from __future__ import annotations

from ...plan.resilience import Limits
from . import Sender
from .attempt import Client
from .breaker import Breaker
from .coalesce import Coalesce
from .limit import Limit
from .rate import RateLimit
from .redirect import Origin, Redirect
from .retry import Retry


def chain(client: Client, limits: Limits, declared: frozenset[Origin]) -> Sender:
    """Build the chain: whoever waits to try again holds no place, and a failure counts after all retries.

    ``declared`` are the origins of all APIs of the file, to which redirects are followed.
    """
    name = client.name
    sender: Sender = Redirect(client, declared)
    if limits.rate is not None:
        sender = RateLimit(sender, name, limits.rate)
    sender = Retry(Limit(sender, name, limits.concurrency, limits.queue), name)
    if limits.failures:
        sender = Breaker(sender, name, limits.failures, limits.open_s)
    return Coalesce(sender)
