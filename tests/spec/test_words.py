import re
from pathlib import Path
from typing import Any, get_args

from naftiko_runtime.formats import FORMATS
from naftiko_runtime.plan.contract import Kind
from naftiko_runtime.schemes import SCHEMES
from naftiko_runtime.spec import words
from naftiko_runtime.spec.asking_words import OF_ASKING
from naftiko_runtime.spec.base import SpecModel
from naftiko_runtime.spec.resilience_words import OF_RESILIENCE
from naftiko_runtime.spec.schema import describe_grammar

SOURCES = Path(words.__file__).parents[1]


def keys(model: type[SpecModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def models(model: type[SpecModel]) -> dict[str, type[SpecModel]]:
    found = {model.__name__: model}
    for below in model.__subclasses__():
        found |= models(below) if below.__module__.startswith("naftiko_runtime.") else {}
    return found


def test_no_sentence_and_no_word_is_for_a_key_that_nobody_has() -> None:
    known = models(SpecModel)
    everywhere = {key for model in known.values() for key in keys(model)}
    strays = [
        place
        for place in (*words.MEANINGS, *words.KNOWN)
        for name, key in [place.split(".")]
        if key not in (everywhere if name == "SpecModel" else keys(known[name]))
    ]
    assert strays == []


def test_every_sentence_is_said_somewhere() -> None:
    schema: Any = describe_grammar()
    types = (schema, *schema["$defs"].values())
    said = {value["description"] for made in types for value in made["properties"].values()}
    assert {text for text in words.MEANINGS.values() if text not in said} == set()


def test_sentences_are_in_order_of_their_types() -> None:
    for extension in (OF_ASKING, OF_RESILIENCE):
        of_it = list(dict.fromkeys(place.split(".")[0] for place in extension))
        assert of_it == sorted(of_it)
    others = words.MEANINGS.keys() - {*OF_ASKING, *OF_RESILIENCE}
    names = list(dict.fromkeys(place.split(".")[0] for place in words.MEANINGS if place in others))
    assert names == ["SpecModel", *sorted(names[1:])]


def test_the_words_are_those_that_the_runtime_knows() -> None:
    assert set(words.KNOWN["OperationSpec.outputRawFormat"]) == {*FORMATS, "binary"}
    assert set(words.KNOWN["InputSpec.type"]) == set(get_args(Kind))
    assert set(SCHEMES) <= set(words.KNOWN["AuthenticationSpec.type"])


def test_only_the_schema_reads_them_so_that_other_commands_start_without() -> None:
    importing = re.compile(r"^from [\w.]*(?:spec)?\.(words|schema) import", re.MULTILINE)
    found = {
        (path.relative_to(SOURCES).as_posix(), name)
        for path in SOURCES.rglob("*.py")
        for name in importing.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {("spec/schema.py", "words"), ("cli/schema.py", "schema")}
