import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import Source, load
from naftiko_runtime.spec.dialects import VERSIONS, upgrade

KNOWN = "\n  hint: known are naftiko 1.0.0-alpha2, naftiko 1.0.0-alpha3"


def read(text: str) -> tuple[Source | None, Source | None, str]:
    """Return a text as it was loaded, as it was upgraded, and what was said."""
    report = Report()
    source = load(text, "f.yml", report)
    assert source is not None
    return source, upgrade(source, report), str(report)


@pytest.mark.parametrize(("root", "version"), VERSIONS)
def test_a_file_of_a_known_version_is_canonical_as_it_is(root: str, version: str) -> None:
    loaded, upgraded, said = read(f"info: {{}}\n{root}: {version}\n")
    assert upgraded is loaded
    assert said == ""


@pytest.mark.parametrize("text", ["- naftiko: 1.0.0-alpha2", "naftiko", "~", "5"])
def test_a_file_that_is_no_mapping_is_no_capability(text: str) -> None:
    assert read(text)[1:] == (None, "f.yml:1:1: error[D001]: a capability file is a mapping")


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("info: {}\nnaftko: 1.0.0-alpha2\n", "2:1", "did you mean 'naftiko'?"),
        ("info: {}\n  \nNaftiko: 1.0.0-alpha2\n", "3:1", "did you mean 'naftiko'?"),
        ("info: {}\ncapability: {}\n", "1:1", "a capability file begins with 'naftiko: 1.0.0-alpha2'"),
        ("openapi: 3.1.0\n", "1:1", "a capability file begins with 'naftiko: 1.0.0-alpha2'"),
        ("{}\n", "1:1", "a capability file begins with 'naftiko: 1.0.0-alpha2'"),
    ],
)
def test_a_file_without_the_root_key_is_told_what_the_root_key_is(text: str, place: str, hint: str) -> None:
    said = f"f.yml:{place}: error[D002]: not a capability file: no 'naftiko' key\n  hint: {hint}"
    assert read(text)[1:] == (None, said)


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("naftiko: 0.5", "naftiko: 0.5"),
        ("naftiko: '0.5'", "naftiko: 0.5"),
        ("naftiko: 1.0.0-alpha1", "naftiko: 1.0.0-alpha1"),
        ("naftiko: 1.0.0-ALPHA2", "naftiko: 1.0.0-ALPHA2"),
        ("naftiko: 1", "naftiko: 1"),
        ("naftiko:", "naftiko: null"),
        ("naftiko: true", "naftiko: true"),
        ("naftiko: {schema: x}", 'naftiko: {"schema":"x"}'),
        ("naftiko: [1.0.0-alpha2]", 'naftiko: ["1.0.0-alpha2"]'),
        ("ikanos: 1.0.0-alpha2", "ikanos: 1.0.0-alpha2"),
    ],
)
def test_an_unknown_version_is_reported_with_those_that_are_known(stated: str, version: str) -> None:
    said = f"f.yml:2:1: error[D003]: version '{version}' is not known{KNOWN}"
    assert read(f"info: {{}}\n{stated}\n")[1:] == (None, said)
