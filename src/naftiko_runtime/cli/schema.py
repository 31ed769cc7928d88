"""``naftiko schema``: the grammar, for editors."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..spec.schema import describe_grammar
from ..values.json import encode_pretty


def schema(_: Namespace) -> int:
    """Print the JSON Schema of capability files."""
    sys.stdout.buffer.write(encode_pretty(describe_grammar()) + b"\n")
    return 0
