"""Values that stand in files are found by their keys, or everything that is wrong is said at once."""

import logging
from pathlib import Path

import pytest

from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.runtime.bindings import BindError, bind

HIDDEN = "never-show-this"


def plan_for(folder: Path, location: str, *keys: str) -> Plan:
    """Compile a capability that sends every key of a file in a header."""
    names = {f"K{number}": key for number, key in enumerate(keys)}
    bound = "".join(f"    {name}: {key!r}\n" for name, key in names.items())
    headers = "".join(f"    - {{name: X-{name}, in: header, value: '{{{{{name}}}}}'}}\n" for name in names)
    text = f"""\
naftiko: 1.0.0-alpha2
binds:
- namespace: files
  location: {location!r}
  keys:
{bound}\
capability:
  consumes:
  - type: http
    namespace: api
    baseUri: https://api.example
    inputParameters:
{headers}\
    resources: [{{name: jobs, path: /jobs, operations: [{{name: list}}]}}]
  exposes:
  - {{type: mcp, namespace: t, port: 9090, tools: [{{name: list, call: api.list}}]}}
"""
    result = compile_text(text, "capability.yaml", folder)
    assert result.plan is not None, str(result.report)
    return result.plan


def found(folder: Path, name: str, data: bytes, *keys: str) -> list[str]:
    """Write a file, bind the keys to it, and return their values in their order."""
    (folder / name).write_bytes(data)
    values = bind(plan_for(folder, f"file:./{name}", *keys), {}).binds
    return [values[f"files.K{number}"].reveal() for number in range(len(keys))]


def problems(plan: Plan) -> list[tuple[str, int, str]]:
    with pytest.raises(BindError) as caught:
        bind(plan, {})
    assert HIDDEN not in str(caught.value)
    return [(item.code, item.span.line, item.message) for item in caught.value.diagnostics]


def reason(folder: Path, name: str, data: bytes) -> str:
    """Write a file that cannot be read, and return what is said about it."""
    (folder / name).write_bytes(data)
    ((code, _, message),) = problems(plan_for(folder, f"file:./{name}", "user"))
    assert code == "B005"
    return message.removeprefix(f"cannot read 'file:./{name}', which is needed for parameter (line 13): ")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("s.yaml", b"user: me\npin: 007\nrate: 1.10\nkey: {er: in}\non: true\n'a.b': flat\na: {b: no}\n"),
        ("s.YML", b"\xef\xbb\xbf{user: me, pin: 007, rate: 1.10, key: {er: in}, on: True, a.b: flat}\n"),
        (
            "s.json",
            b'{"user": "me", "pin": "007", "rate": 1.10, "key": {"er": "in"}, "on": true, "a.b": "flat"}',
        ),
        ("secrets", b'{"user":"me","pin":"007","rate":1.10,"key":{"er":"in"},"on":true,"a.b":"flat"}'),
        (".env.json", b'{"user":"me","pin":"007","rate":1.10,"key":{"er":"in"},"on":true,"a.b":"flat"}'),
        (".env", b"user=me\nexport pin=007\nrate='1.10' # a remark\nkey.er=in\non=true\na.b=flat\n"),
        ("prod.env", b"\xef\xbb\xbfuser=me\r\npin=007\r\nrate=1.10\r\nkey.er=in\r\non=true\r\na.b=flat\r\n"),
        (".env.local", b"user=me\npin=007\nrate=1.10\nkey.er=in\non=true\na.b=flat"),
    ],
)
def test_values_are_texts_as_they_are_written(tmp_path: Path, name: str, data: bytes) -> None:
    values = found(tmp_path, name, data, "user", "pin", "rate", "key.er", "on", "a.b")
    assert values == ["me", "007", "1.10", "in", "true", "flat"]


def test_nothing_in_a_line_of_an_env_file_is_filled_in(tmp_path: Path) -> None:
    assert found(tmp_path, ".env", b"a=1\nb=${a}\n", "b") == ["${a}"]


def test_the_environment_stands_in_for_no_file(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_bytes(b'{"user": "me"}')
    bindings = bind(plan_for(tmp_path, "file:s.json", "user"), {"user": "you"})
    assert bindings.binds["files.K0"].reveal() == "me"


def test_all_keys_that_are_missing_or_no_text_are_said_at_once_with_who_needs_them(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        f"empty: ' '\nnull: ~\nlist: [{HIDDEN}]\nmap: {{a: {HIDDEN}}}\nlines: |\n  {HIDDEN}\n  {HIDDEN}\n"
    )
    keys = ("gone", "empty", "null", "map.b", "list.a", "list", "map", "lines")
    place = "in 'file:./s.yaml'"
    assert problems(plan_for(tmp_path, "file:./s.yaml", *keys)) == [
        *(
            (
                "B006",
                6 + number,
                f"{key!r} is missing or empty {place}; "
                f"bind 'files.K{number}' needs it for parameter (line {20 + number})",
            )
            for number, key in enumerate(keys[:5])
        ),
        ("B007", 11, f"'list' {place} is a list; bind 'files.K5' needs it for parameter (line 25)"),
        ("B007", 12, f"'map' {place} is a mapping; bind 'files.K6' needs it for parameter (line 26)"),
        (
            "B002",
            13,
            f"'lines' {place} holds a line break or control character; "
            "bind 'files.K7' needs it for parameter (line 27)",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("s.yaml", b"never-show-this", "it is not a mapping of keys to values"),
        ("s.yaml", b"", "it is not a mapping of keys to values"),
        ("s.json", b'["never-show-this"]', "it is not a mapping of keys to values"),
        ("s.json", b"{never-show-this", "Expecting property name enclosed in double quotes: line 1 column 2"),
        ("s.json", b'{"a": NaN}', "NaN is not JSON"),
        ("s.json", b'{"a": "\\ud800"}', "a text holds half a surrogate pair"),
        ("s.json", b"[" * 200_000, "JSON is nested too deep"),
        ("s.yaml", b"a: 'never-show-this", "line 1, column 20: found unexpected end of stream"),
        ("s.yaml", b"a: \xff", "byte 3 is not UTF-8"),
        (".env", b"a=\xff", "byte 2 is not UTF-8"),
        ("s.json", b" " * (1024 * 1024 + 1), "it is larger than 1048576 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_once_and_not_quoted(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    assert reason(tmp_path, name, data).startswith(said)


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    data = b'{"user": "me"}'.ljust(1024 * 1024)
    assert found(tmp_path, "s.json", data, "user") == ["me"]


def test_a_file_that_is_not_there_is_said_once_for_all_its_keys_and_where_it_is_looked_for(
    tmp_path: Path,
) -> None:
    with pytest.raises(BindError) as caught:
        bind(plan_for(tmp_path, "file:./gone.yaml", "user", "pin"), {})
    assert str(caught.value) == (
        "capability.yaml:4:3: error[B005]: cannot read 'file:./gone.yaml', which is needed for "
        "parameter (line 14), parameter (line 15): No such file or directory\n"
        f"  hint: it is looked for at {tmp_path / 'gone.yaml'}"
    )


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("file:.", "Is a directory"),
        ("file:a%00b", "embedded null byte"),
        ("file:x/" + "y" * 300, "File name too long"),
    ],
)
def test_a_place_that_is_no_file_is_said(tmp_path: Path, location: str, said: str) -> None:
    (tmp_path / "x").mkdir()
    ((code, line, message),) = problems(plan_for(tmp_path, location, "user"))
    assert (code, line) == ("B005", 4)
    assert message.endswith(f": {said}")


def test_each_file_is_read_once_by_the_reader_that_is_given(tmp_path: Path) -> None:
    asked: list[Path] = []

    def read(path: Path) -> str:
        asked.append(path)
        return '{"user": 1, "pin": false}'

    bindings = bind(plan_for(tmp_path, "file:///run/s.json", "user", "pin"), {}, read=read)
    assert {key: value.reveal() for key, value in bindings.binds.items()} == {
        "files.K0": "1",
        "files.K1": "false",
    }
    assert asked == [Path("/run/s.json")]


def test_a_broken_line_of_an_env_file_is_told_without_its_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".env").write_text(f"pin\n'{HIDDEN}\nuser {HIDDEN}\n")
    with caplog.at_level(logging.DEBUG):
        said = problems(plan_for(tmp_path, "file:.env", "user", "pin"))
    assert [code for code, _, _ in said] == ["B006", "B006"]
    assert HIDDEN not in caplog.text
