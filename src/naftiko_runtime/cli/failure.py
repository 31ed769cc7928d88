"""What ends a command early."""

from __future__ import annotations


class Failure(Exception):
    """Something that cannot be done; the sentence says what and why."""

    exit_code = 1


class WrongUsage(Failure):
    """Something that nobody could do, as it was asked for."""

    exit_code = 2
