"""What the log may show of an answer."""

import pytest

from naftiko_runtime.runtime.quoting import beginning, hidden, without
from naftiko_runtime.values import Secret

BINDS = [Secret('k/"1é'), Secret('k/"1é and more'), Secret("")]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", ""),
        (b"a" * 300, "a" * 200),
        (b"\xff\0", "\\xff\0"),
        ('k/"1é'.encode(), "***"),
        ('<k/"1é and more>'.encode(), "<***>"),
        (b"?a=k%2F%221%C3%A9&b", "?a=***&b"),
        ('{"a": "k/\\"1é"}'.encode(), '{"a": "***"}'),
        (b"x" * 198 + 'k/"1é'.encode(), "x" * 198 + "**"),
        (b"('Authorization', 'Basic am86cHc=')", "('Authorization', 'Basic ***')"),
        (b'{"authorization": "bearer t-1.2"}', '{"authorization": "bearer ***"}'),
    ],
)
def test_the_beginning_of_an_answer_shows_no_secret(body: bytes, shown: str) -> None:
    assert beginning(body, BINDS) == repr(shown)


def test_what_came_from_elsewhere_shows_no_secret() -> None:
    assert hidden('k/"1é, Bearer abc', BINDS) == "***, Bearer ***"
    assert without('k/"1é, Bearer abc', BINDS) == "***, Bearer abc"


def test_a_secret_that_may_be_a_word_is_left_where_words_are() -> None:
    secrets = [Secret("key"), Secret("longer-key")]
    assert without("key=longer-key", secrets, shortest=8) == "key=***"
