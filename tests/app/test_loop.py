"""What is set up before a loop runs."""

import platform
import resource
import subprocess
import sys

import pytest

# pieces of an answer that is handed on: some are there at a time, then none, again and again
SCRIPT = """
import resource
from naftiko_runtime.app.loop import run

async def hand_on():
    for _ in range(300):
        pieces = [b"x" * 256_000 for _ in range(4)]
        del pieces

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

run(hand_on())
before = faults()
run(hand_on())
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that gives memory back too soon")
def test_memory_of_large_pieces_is_kept_for_the_next_ones() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    pages = 300 * 4 * 256_000 / resource.getpagesize()
    assert int(done.stdout) < pages / 20
