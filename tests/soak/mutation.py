"""Breaks capability files as hands, tools and transports do; the same number breaks a text the same way."""

import re
from collections.abc import Callable, Mapping
from random import Random

Mutation = Callable[[str, Random], str]

TOKEN = re.compile(r"[\w$./-]+|[^\w\s]|\s+")
VALUE = re.compile(r"(?m)^(?P<key>[ \t]*(?:- )*[\w.$-]+:)[ \t]+\S.*$")
VALUES = (
    *("null", "true", "false", "0", "-1", "1.5", "1e999", ".inf", ".nan", "0x1f", "2026-01-02", "''", "yes"),
    *("~", "[]", "{}", "[[]]", "{a: {b: [c]}}", "[null]", "{'': ''}", "- a", "|", ">-", "!!str 1", "!!map a"),
    *("&a [1, 2]", "*a", "<<", "?", '"\\0"', '"\\ud800"', "9999999999999999999999", "{{x}}", "{x}", "{{ }}"),
    *(
        "{{#a}}{{/a}}",
        "{{#a}}",
        "{{.}}",
        "{{{{x}}}}",
        "{{env.X}}",
        "$.a[*].b",
        "$..a",
        "$[?(@.a",
        "$",
        "''''",
    ),
    *("tools.x", "rest.x.y.z", "$this.a.b", "a.b.c.d", "..", "/", "//", "/{a}/{a}", "http", "rest", "mcp"),
    *("script", "65536", "GET", "get", "TRACE", "json", "xml", "\u2028", "\u00e9\U0001f6a2", "\ufeff", "%zz"),
    *("#", "(?P<a>(a+)+)$", "[[:alpha:]", "../../../etc/passwd", "/dev/zero", "file:///a", "https://[::1"),
)
WORDS = (
    *(
        "call",
        "with",
        "steps",
        "ref",
        "mappings",
        "inputParameters",
        "outputParameters",
        "operations",
        "tools",
    ),
    *("resources", "name", "in", "type", "value", "path", "method", "body", "required", "pattern", "import"),
    *(
        "from",
        "as",
        "location",
        "namespace",
        "baseUri",
        "authentication",
        "auth",
        "id",
        "items",
        "properties",
    ),
    *("const", "mapping", "consumes", "exposes", "aggregates", "binds", "capability", "naftiko", "ikanos"),
    *("forward", "headers", "index", "match", "lookupValue", "flows", "functions", "target", "hints", "keys"),
)
NESTS = (("[", "]"), ("{a: ", "}"), ("- ", ""), ("{{#a}}", "{{/a}}"), ("? ", ""))
PIECES = (
    "x",
    "é",
    "{{x}}",
    "{x}",
    "/a",
    "a.",
    "$.a",
    "[0]",
    "..",
    " ",
    "\\u00e9",
    "-",
    "{{#a}}",
    "{{!",
    "{{",
)
MARKS: tuple[str, ...] = (
    *"{}[]:,#&*!|>'\"%@`-?\t\r\0\x7f\x85\u2028\ud800",
    "---\n",
    "...\n",
    "%YAML 9\n",
    "{{",
    "}}",
)
LONG = 100_000


def mutated(text: str, kind: str, number: int) -> str:
    """Break a text in one way; ``number`` says where and how."""
    return MUTATIONS[kind](text, Random(number))  # noqa: S311 - nothing here is secret


def flip_bytes(text: str, random: Random) -> str:
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(random.randint(1, 4) if data else 0):
        data[random.randrange(len(data))] = random.randrange(256)
    return data.decode("utf-8", random.choice(("surrogateescape", "replace", "ignore")))


def drop_line(text: str, random: Random) -> str:
    return _lines(text, random, lambda lines, at: lines[:at] + lines[at + 1 :])


def repeat_line(text: str, random: Random) -> str:
    times = random.randint(1, 2)
    return _lines(text, random, lambda lines, at: lines[:at] + [lines[at]] * times + lines[at:])


def swap_lines(text: str, random: Random) -> str:
    def swap(lines: list[str], at: int) -> list[str]:
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
        return lines

    return _lines(text, random, swap)


def indent(text: str, random: Random) -> str:
    by = random.choice((" ", "  ", "    ", "\t", "- "))
    return _lines(text, random, lambda lines, at: [*lines[:at], by + lines[at], *lines[at + 1 :]])


def outdent(text: str, random: Random) -> str:
    blanks = re.compile(f"^ {{0,{random.randint(1, 4)}}}")
    return _lines(text, random, lambda lines, at: [*lines[:at], blanks.sub("", lines[at]), *lines[at + 1 :]])


def move_block(text: str, random: Random) -> str:
    """Copy some lines to another place, indented as they are or otherwise."""

    def move(lines: list[str], at: int) -> list[str]:
        block, to = lines[at : at + random.randint(1, 40)], random.randrange(len(lines))
        by = random.choice((-4, -2, 0, 0, 2, 4))
        moved = [" " * by + line if by >= 0 else line[-by:] for line in block]
        return lines[:to] + moved + lines[to:]

    return _lines(text, random, move)


def splice_tokens(text: str, random: Random) -> str:
    tokens: list[str] = TOKEN.findall(text)
    for _ in range(random.randint(1, 3) if tokens else 0):
        other = random.choice((random.choice(tokens), random.choice(VALUES), random.choice(WORDS)))
        tokens[random.randrange(len(tokens))] = other
    return "".join(tokens)


def swap_value(text: str, random: Random) -> str:
    return _value(text, random, lambda: random.choice(VALUES))


def swap_key(text: str, random: Random) -> str:
    word = random.choice(WORDS)
    return _once(re.compile(r"\b(?:" + "|".join(WORDS) + r")(?=:)"), text, random, lambda _: word)


def nest(text: str, random: Random) -> str:
    depth = random.choice((3, 50, 98, 101, 2_000, 20_000))
    opening, closing = random.choice(NESTS)
    return _value(text, random, lambda: opening * depth + "x" + closing * depth)


def swell(text: str, random: Random) -> str:
    piece, quote = random.choice(PIECES), random.choice(("", "'", '"'))
    return _value(text, random, lambda: quote + piece * (LONG // len(piece)) + quote)


def alias(text: str, random: Random) -> str:
    """Give one value an anchor, and another one to it; or laugh a billion times."""
    if random.random() < 0.2:
        laughs = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
        return f"a0: &a0 [x]\n{laughs}{text}"
    text = _once(VALUE, text, random, lambda found: f"{found['key']} &a{found[0][len(found['key']) :]}")
    return _value(text, random, lambda: random.choice(("*a", "{<<: *a}", "[*a, *a]")))


def cut(text: str, random: Random) -> str:
    return text[: random.randrange(len(text) + 1)]


def punctuate(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(MARKS) + text[at:]


_ALL: tuple[tuple[str, Mutation], ...] = (
    ("flip bytes", flip_bytes),
    ("drop a line", drop_line),
    ("repeat a line", repeat_line),
    ("swap two lines", swap_lines),
    ("indent a line", indent),
    ("outdent a line", outdent),
    ("copy a block elsewhere", move_block),
    ("splice tokens", splice_tokens),
    ("swap a value", swap_value),
    ("swap a key", swap_key),
    ("nest deeply", nest),
    ("swell a value", swell),
    ("anchor and alias", alias),
    ("cut off", cut),
    ("put in a mark", punctuate),
)
MUTATIONS: Mapping[str, Mutation] = dict(_ALL)
KINDS = tuple(MUTATIONS)


def _lines(text: str, random: Random, change: Callable[[list[str], int], list[str]]) -> str:
    lines = text.split("\n")
    return "\n".join(change(lines, random.randrange(len(lines))))


def _value(text: str, random: Random, make: Callable[[], str]) -> str:
    return _once(VALUE, text, random, lambda found: f"{found['key']} {make()}")


def _once(pattern: re.Pattern[str], text: str, random: Random, change: Callable[[re.Match[str]], str]) -> str:
    found: list[re.Match[str]] = list(pattern.finditer(text))
    if not found:
        return text
    chosen = random.choice(found)
    return f"{text[: chosen.start()]}{change(chosen)}{text[chosen.end() :]}"
