"""The search for secrets finds them in every form, in all that tests print."""

import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from canary import SUITE, leaks
from process import environ_of

SECRET = 'pa"ss/w\\örd+1'


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {SECRET}",
        f"?key={quote(SECRET, safe='')}&b",
        '{"a": "pa\\"ss/w\\\\\\u00f6rd+1"}',
        '{"a": "pa\\"ss/w\\\\örd+1"}',
        *(f"Basic {b64encode(f'{user}:{SECRET}'.encode()).decode()}" for user in ("j", "jo", "jon")),
        *(f"Basic {b64encode(f'{SECRET}:{word}'.encode()).decode()}" for word in ("a", "ab", "abc")),
        SECRET.encode().hex(),
    ],
)
def test_a_secret_is_found_in_every_form(text: str) -> None:
    assert leaks({"here": text, "there": "pa ss"}, ["other", SECRET]) == [("here", SECRET)]


@pytest.mark.parametrize("how", ["print(S)", "print(b64encode(S.encode()))", "logging.error('x %s', S)"])
def test_a_secret_that_is_planted_in_a_test_fails_the_suite(how: str, tmp_path: Path) -> None:
    planted = f"import logging\nfrom base64 import b64encode\nS = {SUITE[0]!r}\ndef test_x():\n    {how}\n"
    (tmp_path / "test_planted.py").write_text(planted, encoding="utf-8")
    environ = {**environ_of(tmp_path), "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "pytest", "-p", "canary_rules", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "a secret is shown" in done.stdout
    assert "1 passed" in done.stdout
