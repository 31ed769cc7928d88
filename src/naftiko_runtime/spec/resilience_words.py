"""What the keys of our extension for resilience and errors mean, in a sentence for authors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OF_RESILIENCE: Mapping[str, str] = MappingProxyType(
    {
        "BreakerSpec.failures": "Failures in a row after which the API is left alone; 0 for never.",
        "BreakerSpec.openFor": "For how many milliseconds.",
        "ErrorSpec.code": "The word that callers know the error by.",
        "ErrorSpec.equals": "What stands at 'when'; without it something has to.",
        "ErrorSpec.hint": "What callers can do about it.",
        "ErrorSpec.message": "What happened, or a path into the answer that says so: $.error.message.",
        "ErrorSpec.retryable": "Whether the same call may succeed later.",
        "ErrorSpec.retryAfter": "After how many seconds it may be tried again.",
        "ErrorSpec.status": "A status such as 409, a kind as 4xx, or a list; all errors if nothing is said.",
        "ErrorSpec.when": "A path into the answer; the rule is for answers that have something there.",
        "RateLimitSpec.burst": "How many requests may go at once; as many as 'requests' if nothing is said.",
        "RateLimitSpec.followHeaders": "Whether to stop when the API says that nothing is left.",
        "RateLimitSpec.per": "Of how many milliseconds; a second if nothing is said.",
        "RateLimitSpec.requests": "How many requests in the time of 'per'.",
        "ResilienceSpec.backoff": "How waits between attempts grow.",
        "ResilienceSpec.backoffBase": "The first of these waits, in milliseconds.",
        "ResilienceSpec.circuitBreaker": "When the API is left alone for a while.",
        "ResilienceSpec.coalesce": "Whether callers who get the same at the same time share one request.",
        "ResilienceSpec.connectTimeout": "Longest wait for a connection, in milliseconds.",
        "ResilienceSpec.idleTimeout": "How long the API may be silent, in milliseconds.",
        "ResilienceSpec.jitterFactor": "The share of each wait that is random, from 0 to 1.",
        "ResilienceSpec.maxConcurrent": "Requests that run at a time.",
        "ResilienceSpec.queue": "Requests that may wait while so many run.",
        "ResilienceSpec.rateLimit": "How often the API is asked.",
        "ResilienceSpec.retries": "How often a request that may be repeated is tried again.",
        "ResilienceSpec.retryOn": "The statuses after which it is.",
        "ResilienceSpec.retryOnNetworkErrors": "Whether it is tried again when the connection fails.",
        "ResilienceSpec.timeout": "Longest wait for the headers of one attempt, in milliseconds.",
    }
)
