"""Random documents that a JSON Schema allows, of bounded size."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import jsonschema_rs

Schema: TypeAlias = dict[str, Any]

# words of every form that names, dates, addresses and the like have to have; a pattern takes those it fits
WORDS = (
    "a", "order-1", "Shop", "KEY_1", "shop.list", "a.b_c", "2026-02-03", "someone@shop.example", "text/plain",
    "200", "5XX", "1.5MiB", "https://shop.example/v1", "file:///srv/files", "https://shop.example/{{path}}",
    "X-Shop: yes", "localhost", "127.0.0.1", "::1", "{{KEY_1}}", "$.a",
)  # fmt: skip
MAX_DEPTH = 12
TRIES = 40


class _Impossible(Exception):
    pass


@dataclass
class Documents:
    """Makes documents of one schema, and remembers which definitions it used."""

    schema: Schema
    random: random.Random
    reached: set[str] = field(default_factory=set)
    _validators: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Any]:
        whole = jsonschema_rs.validator_for(self.schema)
        root = {key: part for key, part in self.schema.items() if key != "$defs"}
        while True:
            try:
                made = self._make(root, 0)
            except _Impossible:
                continue
            if whole.is_valid(made):
                yield made

    def _make(self, schema: Any, depth: int) -> Any:
        if schema is True:
            return self._word("")
        if "$ref" in schema:
            return self._definition(schema, depth)
        schema = self._chosen(schema)
        if "$ref" in schema:
            return self._make(schema, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("type") or ("object" if schema.keys() & {"properties", "required"} else "string")
        return self._value(self.random.choice(kind) if isinstance(kind, list) else kind, schema, depth)

    def _definition(self, schema: Schema, depth: int) -> Any:
        name = schema["$ref"].rpartition("/")[2]
        if depth > MAX_DEPTH:
            raise _Impossible
        others = {key: part for key, part in schema.items() if key != "$ref"}
        body = self._merged(self.schema["$defs"][name], others)
        for _ in range(TRIES):
            made = self._attempt(body, depth + 1)
            if made is not _Impossible and self._fits(schema, made):
                self.reached.add(name)
                return made
        raise _Impossible

    def _attempt(self, body: Any, depth: int) -> Any:
        try:
            return self._make(body, depth)
        except _Impossible:
            return _Impossible

    def _fits(self, schema: Schema, made: Any) -> bool:
        key = repr(schema)
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.validator_for({**schema, "$defs": self.schema["$defs"]})
        return bool(self._validators[key].is_valid(made))

    def _chosen(self, schema: Schema) -> Schema:
        """Take one branch of every union, and all of an intersection."""
        while branching := next((word for word in ("oneOf", "anyOf", "allOf") if word in schema), None):
            branches = schema[branching]
            taken = branches if branching == "allOf" else [self.random.choice(branches)]
            schema = {key: part for key, part in schema.items() if key != branching}
            for branch in taken:
                schema = self._merged(schema, self._resolved(branch) if schema else branch)
        return schema

    def _resolved(self, branch: Schema) -> Schema:
        if "$ref" not in branch:
            return branch
        name = branch["$ref"].rpartition("/")[2]
        self.reached.add(name)
        others = {key: part for key, part in branch.items() if key != "$ref"}
        return self._resolved(self._merged(self.schema["$defs"][name], others))

    def _merged(self, one: Any, other: Any) -> Any:
        if isinstance(one, bool) or isinstance(other, bool):
            return False if False in (one, other) else (one if other is True else other)
        merged = {**one, **other}
        if "properties" in one and "properties" in other:
            both = {**one["properties"], **other["properties"]}
            merged["properties"] = {
                key: self._merged(one["properties"].get(key, {}), other["properties"].get(key, {}))
                for key in both
            }
        merged["required"] = [*one.get("required", ()), *other.get("required", ())]
        return merged if merged["required"] else {k: v for k, v in merged.items() if k != "required"}

    def _value(self, kind: str, schema: Schema, depth: int) -> Any:
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            least = schema.get("minItems", 0)
            count = self.random.randint(least, max(least, 0 if depth > MAX_DEPTH // 2 else 2))
            return [self._make(schema.get("items", {}), depth) for _ in range(count)]
        if kind in ("integer", "number"):
            low = schema.get("minimum", 0)
            return self.random.randint(int(low), int(schema.get("maximum", low + 9)))
        if kind == "boolean":
            return self.random.choice([True, False])
        return None if kind == "null" else self._word(schema.get("pattern", ""))

    def _word(self, pattern: str) -> str:
        fitting = [word for word in WORDS if re.search(pattern, word)]
        assert fitting, pattern
        return self.random.choice(fitting)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        wanted, known = set(schema.get("required", ())), schema.get("properties", {})
        rare = 0.15 if depth > MAX_DEPTH // 2 else 0.4
        keys = [
            key
            for key in (*known, *sorted(wanted - set(known)))
            if key in wanted or self.random.random() < rare
        ]
        made = {key: self._make(known.get(key, {}), depth) for key in keys if known.get(key) is not False}
        for pattern, below in (*schema.get("patternProperties", {}).items(), *self._free(schema)):
            least = schema.get("minProperties", 0)
            for _ in range(self.random.randint(least, least + 1)):
                made[self._word(pattern)] = self._make(below, depth)
        return made

    def _free(self, schema: Schema) -> list[tuple[str, Schema]]:
        pattern = schema.get("propertyNames", {})
        if "$ref" in pattern:
            name = pattern["$ref"].rpartition("/")[2]
            self.reached.add(name)
            pattern = self.schema["$defs"][name]
        below = schema.get("additionalProperties")
        return [(pattern.get("pattern", ""), below)] if isinstance(below, dict) else []
