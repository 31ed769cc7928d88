"""What ends a command early."""

from __future__ import annotations


class Failure(Exception):
    """Something that cannot be done; the sentence says what and why, and the exit code is 1."""
