import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.values import Secret, Text
from naftiko_runtime.values.secret import Variable, apply, join, separate, shown

WORD = "hunter2"
SECRET = Secret(WORD)


@dataclass(frozen=True)
class Holder:
    name: str
    token: Secret


def percent(value: object) -> str:
    return "%s %r %10s" % (value, value, value)  # noqa: UP031 - this is what logging does


@pytest.mark.parametrize(
    ("show", "text"),
    [
        (repr, "***"),
        (str, "***"),
        (format, "***"),
        (ascii, "***"),
        (
            lambda secret: f"{secret} {secret!r} {secret!s:>5} {secret:>5}|{secret:<5}|",
            "*** ***   ***   ***|***  |",
        ),
        (percent, "*** ***        ***"),
        (lambda secret: str([secret, {"a": secret}, (secret,)]), "[***, {'a': ***}, (***,)]"),
        (lambda secret: repr(Holder("x", secret)), "Holder(name='x', token=***)"),
        (
            lambda secret: repr(Scope(binds={"env.K": secret})),
            "Scope(arguments={}, binds={'env.K': ***}, steps={}, answers={})",
        ),
        (lambda secret: str(ValueError(secret)), "***"),
        (lambda secret: repr(KeyError("token", secret)), "KeyError('token', ***)"),
    ],
)
def test_a_secret_shows_as_stars(show: Callable[[Secret], str], text: str) -> None:
    assert show(SECRET) == text


def test_a_secret_shows_as_stars_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("sent %s, %r, %5s", SECRET, Holder("x", SECRET), SECRET)
    assert caplog.messages == ["sent ***, Holder(name='x', token=***),   ***"]


def test_a_secret_shows_as_stars_in_a_traceback_with_its_locals() -> None:
    def sign(token: Secret) -> None:
        raise RuntimeError(f"cannot sign with {token}")

    with pytest.raises(RuntimeError) as raised:
        sign(SECRET)
    shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    assert WORD not in "".join(shown.format()).replace(f"WORD = {WORD!r}", "")
    assert "token = ***" in "".join(shown.format())


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.deepcopy])
@pytest.mark.parametrize("value", [SECRET, [SECRET], Holder("x", SECRET)])
def test_a_secret_is_neither_pickled_nor_copied(duplicate: Callable[[object], object], value: object) -> None:
    with pytest.raises(TypeError, match=r"^a secret cannot be pickled$"):
        duplicate(value)


def test_only_reveal_gives_the_text() -> None:
    assert SECRET.reveal() == WORD
    assert not hasattr(SECRET, "__dict__")


def test_secrets_are_equal_by_their_text_and_never_equal_to_it() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert {Secret("a"), Secret("a"), "a"} == {Secret("a"), "a"}


@pytest.mark.parametrize(("text", "is_given"), [("", False), (" ", True), ("x", True)])
def test_a_secret_without_text_counts_as_missing(text: str, is_given: bool) -> None:
    assert bool(Secret(text)) is is_given


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        ((), ""),
        (("a", "b"), "ab"),
        ((Secret("a"),), Secret("a")),
        (("Bearer ", SECRET), Secret("Bearer hunter2")),
        ((SECRET, Secret("!"), "?"), Secret("hunter2!?")),
        (("", Secret("")), Secret("")),
    ],
)
def test_what_is_joined_with_a_secret_is_secret(parts: tuple[Text, ...], joined: Text) -> None:
    assert join(iter(parts)) == joined


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b", ""), "a&b&"),
        (("a", SECRET), Secret("a&hunter2")),
        ((SECRET, SECRET), Secret("hunter2&hunter2")),
    ],
)
def test_what_is_separated_keeps_its_secrecy(parts: tuple[Text, ...], joined: Text) -> None:
    assert separate(iter(parts), "&") == joined


@pytest.mark.parametrize(
    ("text", "changed"),
    [("a/b", "a%2Fb"), (Secret("a/b"), Secret("a%2Fb")), ("", ""), (Secret(""), Secret(""))],
)
def test_a_changed_secret_stays_one(text: Text, changed: Text) -> None:
    assert apply(lambda plain: quote(plain, safe=""), text) == changed


@pytest.mark.parametrize("text", ["a", "hunter2", "pä ss", " "])
def test_a_secret_matches_its_own_bytes_and_no_others(text: str) -> None:
    others = [b"", b"x", text.encode() + b"\0", text.encode()[:-1], text.upper().encode() + b"x"]
    assert Secret(text).matches(text.encode())
    assert not any(Secret(text).matches(other) for other in others)


@pytest.mark.parametrize("text", ["", "\ud800", chr(0xDCFF)])
def test_what_is_no_text_matches_nothing(text: str) -> None:
    presented = (b"", b"\xff", b"\xed\xa0\x80", b"?")
    assert not any(Secret(text).matches(other) for other in presented)


NAMED = Secret("hunter2", Variable("KEY"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a", ("a",)),
        (SECRET, ("***",)),
        (NAMED, (Variable("KEY"),)),
        (join(("Bearer ", NAMED)), ("Bearer ", Variable("KEY"))),
        (join((SECRET, join(("a", NAMED)))), ("***", "a", Variable("KEY"))),
        (NAMED.map(str.strip), (Variable("KEY"),)),
        (apply(str.lower, join(("a", NAMED))), ("a", Variable("KEY"))),
        (NAMED.map(str.upper), ("***",)),
        (apply(str.upper, join(("a", NAMED))), ("***",)),
    ],
)
def test_a_secret_tells_the_variable_it_comes_from_as_long_as_it_is_its_value(
    text: Text, told: tuple[str | Variable, ...]
) -> None:
    assert shown(text) == told


def test_where_a_secret_comes_from_makes_no_difference() -> None:
    assert NAMED == SECRET
    assert hash(NAMED) == hash(SECRET)
    assert repr(join(("a", NAMED))) == "***"
