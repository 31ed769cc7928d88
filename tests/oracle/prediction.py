"""What one call of an exposed unit sends, said from the raw YAML alone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from oracle.capability import Consumed, inputs, named
from oracle.credential import Sealed, credentials
from oracle.message import Message, canonical
from oracle.raw import Block, fold, text
from oracle.words import HOLE, MISSING, PATH_HOLE, NotUnderstood, Words, path_variables

PLACES = ("path", "query", "header", "cookie", "body", "environment")
STRUCTURES = ("json", "yaml")  # a structure in JSON is one in YAML
RAW = ("raw", "binary", "octet-stream", "application/octet-stream")


@dataclass
class Prediction:
    """Says what a call of ``consumed`` sends with the words of one unit."""

    consumed: Consumed
    words: Words
    placed: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    reads: dict[str, set[str]] = field(default_factory=dict)
    demanding: set[str] = field(default_factory=set)

    def message(self) -> Message:
        if self.consumed.path is None:
            raise NotUnderstood("whether the path of an operation is whole")
        is_streamed = self._is_streamed()
        path, _, query = self.consumed.path.partition("#")[0].partition("?")
        sealed = credentials(self.consumed, self.words)
        params = self._params(path + query)
        self._fill(params, {(each.name, each.place) for each in sealed})
        self._find_variables(f"{path}?{query}")
        segments = tuple(self._path(path))
        stated = [(name, self._written(value)) for name, value in parse_qsl(query, keep_blank_values=True)]
        body = self._body()
        headers = [(name.lower(), value) for name, value in self._texts("header")]
        if body is not None and "content-type" not in dict(headers):
            headers.append(("content-type", f"application/{self._kind()}"))
        return Message(
            base=self._base(),
            method=self.consumed.method,
            segments=segments,
            query=tuple(sorted([*stated, *self._texts("query"), *_of(sealed, "query")])),
            headers=tuple(sorted([*headers, *_of(sealed, "header")])),
            cookies=tuple(sorted([*self._texts("cookie"), *_of(sealed, "cookie")])),
            body=body,
            is_streamed=is_streamed,
        )

    def required(self) -> set[str]:
        """List what callers must give: what the unit demands, and what the call cannot do without.

        Of a parameter that the consumed operation requires, only what the unit itself does not declare.
        """
        paths = {name for name, _ in self.placed.get("path", [])}
        for_path = {read for name in paths for read in self.reads.get(name, ())}
        for_others = {read for name in self.demanding for read in self.reads.get(name, ())}
        return self.words.demanded() | for_path | (for_others - self.words.declared())

    def _is_streamed(self) -> bool:
        body, kind = self.consumed.operation.get("body"), self._kind()
        data = body.get("data") if isinstance(body, Block) else None
        if kind in RAW and data is None:
            return True
        if kind not in STRUCTURES or (kind != "json" and isinstance(data, str)):
            raise NotUnderstood(f"a body of type {kind}")
        return False

    def _kind(self) -> str:
        body = self.consumed.operation.get("body")
        if body is None:
            return "json"
        return str(body.get("type") or "json").lower() if isinstance(body, Block) else "text"

    def _params(self, path: str) -> dict[tuple[str, str], Block]:
        """Collect the parameters; the one that stands nearest to the operation counts."""
        variables = {fold(name) for name in path_variables(path)}
        found: dict[tuple[str, str], Block] = {}
        for item in inputs(self.consumed.api, self.consumed.resource, self.consumed.operation):
            if not item.get("name"):
                continue
            name = str(item["name"])
            place = str(item.get("in") or ("path" if fold(name) in variables else "query")).lower()
            if place not in PLACES:
                raise NotUnderstood(f"a parameter in {place}")
            found[name, place] = item
        return found

    def _fill(self, params: dict[tuple[str, str], Block], signed: set[tuple[str, str]]) -> None:
        """Find the value of every parameter; variables of the environment come first."""
        params = {key: item for key, item in params.items() if _slot(*key) not in signed}
        given = self._given([name for name, _ in params])
        for name, place in params:
            if place == "environment":
                self.words.params = {**self.words.params, name: self.words.variable(f"env.{name}")}
        self.words.params = {**self.words.params, **given}
        for (name, place), item in params.items():
            if place != "environment":
                self.placed.setdefault(place, []).append((name, self._value(name, place, item)))

    def _given(self, names: list[str]) -> dict[str, Any]:
        """Read ``with``; its keys name parameters, or variables of the path."""
        known = list(dict.fromkeys([*names, *path_variables(self.consumed.path or ""), *self._said()]))
        given = self.words.site.unit.get("with") or {}
        found = {named(key, known): value for key, value in given.items()}
        return {
            key: self._read(
                key, partial(self.words.given, value), is_structure=isinstance(value, dict | list)
            )
            for key, value in found.items()
            if key is not None
        }

    def _value(self, name: str, place: str, item: Block) -> Any:
        if item.get("required") is True:
            self.demanding.add(name)
        if item.get("value") is not None:
            stated = self.words.with_braces(item["value"])
            is_structure = isinstance(stated, dict | list)
            return self._read(name, partial(self.words.stated, stated), is_structure=is_structure)
        if name in self.words.params:
            return self.words.params[name]
        return self._variable(name) if place == "path" else self._read(name, self._argument(name))

    def _variable(self, word: str) -> Any:
        """Find a variable of the path."""
        name = self.words.callers(word)
        if name is None and (alike := named(word, list(self.words.params))) is not None:
            return self.words.params[alike]
        if name is None and self.words.is_variable(word):
            return self.words.variable(word)
        return self._read(word, self._argument(name or word))

    def _argument(self, name: str) -> Callable[[], Any]:
        return partial(self.words.argument, name)

    def _read(self, param: str, reading: Callable[[], Any], *, is_structure: bool = False) -> Any:
        """Read a value, and remember which arguments that took; inside a structure all are optional."""
        before, self.words.asked = self.words.asked, set()
        value = reading()
        self.reads[param] = set() if is_structure else self.words.asked
        self.words.asked = self.words.asked | before
        return value

    def _find_variables(self, path: str) -> None:
        """Find the values of those variables that no parameter declares."""
        placed = self.placed.setdefault("path", [])
        for word in path_variables(path):
            if named(word, [name for name, _ in placed]) is None:
                placed.append((word, self._variable(word)))

    def _path(self, path: str) -> Iterator[str]:
        for segment in path.removeprefix("/").split("/") if path else ():
            pieces = [unquote(piece) for piece in PATH_HOLE.split(segment)[::3]]
            values = [self._filled(found) for found in PATH_HOLE.finditer(segment)]
            yield pieces[0] + "".join(map("".join, zip(values, pieces[1:], strict=True)))

    def _written(self, value: str) -> str:
        return PATH_HOLE.sub(self._filled, value)

    def _filled(self, found: re.Match[str]) -> str:
        word = found[1] or found[2]
        known = dict(self.placed["path"])
        value = known[str(named(word, list(known)))]
        if value is MISSING:
            raise LookupError(f"no value for {word!r}, which the path needs")
        return text(value)

    def _texts(self, place: str) -> list[tuple[str, str]]:
        """Write the values of a place; the elements of a list come one by one."""
        found = self.placed.get(place, [])
        listed = [(name, value if isinstance(value, list) else [value]) for name, value in found]
        return [(name, text(item)) for name, items in listed for item in items if item not in (None, MISSING)]

    def _body(self) -> str | None:
        """One body parameter is the body; several are its fields; a template is filled."""
        found, template = self.placed.get("body", []), self._template()
        if template is not None:
            if any(name not in self._said() for name, _ in found):
                raise NotUnderstood("a body template beside body parameters")
            self.words.is_consumed = True
            value = self._read("body template", partial(self.words.stated, template), is_structure=True)
            return None if value is MISSING else canonical(value)
        if self.consumed.operation.get("body") is not None and not found and not self._is_streamed():
            found = [("body", self._read("body", self._argument("body")))]
        given = {name: value for name, value in found if value is not None and value is not MISSING}
        if not given:
            body = self.consumed.operation.get("body")
            return (
                canonical(body["data"]) if isinstance(body, Block) and body.get("data") in ({}, []) else None
            )
        return canonical(next(iter(given.values())) if len(found) == 1 else given)

    def _template(self) -> Any:
        """Return what the file states as the body; an empty one says as little as none."""
        body = self.consumed.operation.get("body")
        data = body.get("data") if isinstance(body, Block) else None
        return None if data in ({}, []) else data

    def _said(self) -> list[str]:
        """List the words of the body that the file states."""
        return [self.words.callers(word) or word for word in HOLE.findall(text(self._template()))]

    def _base(self) -> str | None:
        base = str(self.consumed.api.get("baseUri") or "").strip().rstrip("/")
        is_address = re.fullmatch(r"https?://[^/?#{}\[\]\s@]+(/[^?#{}\s]*)?", base)
        return base if is_address else None


def _of(sealed: tuple[Sealed, ...], place: str) -> list[tuple[str, str]]:
    return [(each.name, each.value) for each in sealed if each.place == place]


def _slot(name: str, place: str) -> tuple[str, str]:
    return (name.lower() if place == "header" else name), place
