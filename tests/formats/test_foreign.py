"""Documents that nobody here wrote, from packages on this machine, read as another parser reads them."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from foreign import LEAST, documents, enough, jsons, manual_pages
from naftiko_runtime.formats import FORMATS, Hints
from naftiko_runtime.values import Json


def decoded(kind: str, data: bytes) -> Json:
    return FORMATS[kind].decode(data, Hints())


def test_json_as_the_standard_library_reads_it() -> None:
    for data, value in jsons():
        assert decoded("json", data) == value


def test_ndjson_as_the_standard_library_reads_its_lines() -> None:
    values = [value for _, value in jsons()]
    assert decoded("ndjson", "\n".join(json.dumps(value) for value in values).encode()) == values


def walked(element: ElementTree.Element) -> Any:
    """Read an element by the conventions, written down a second time over another tree."""
    named = [(key.rpartition("}")[2], value) for key, value in element.attrib.items()]
    texts = [element.text, *(child.tail for child in element)]
    named += [("", text) for text in texts if text and text.strip()] if named or len(element) else []
    named += [(child.tag.rpartition("}")[2], walked(child)) for child in element]
    if not named:
        return element.text or ""
    grouped: dict[str, list[Any]] = {}
    for name, value in named:
        grouped.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in grouped.items()}


def test_xml_as_elementtree_reads_it() -> None:
    read_well = 0
    for data in enough(documents("*.xml", "*.svg")):
        try:
            root = ElementTree.fromstring(data)  # noqa: S314  a file of an installed package
        except ElementTree.ParseError:
            with pytest.raises(ValueError, match=r"."):
                decoded("xml", data)
            continue
        if b"<!DOCTYPE" in data:
            with pytest.raises(ValueError, match="document type"):
                decoded("xml", data)
            continue
        assert decoded("xml", data) == (walked(root) or {})
        read_well += 1
    assert read_well >= LEAST


def test_csv_as_dictreader_reads_it() -> None:
    for data in enough(documents("RECORD", "*.csv")):
        expected = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert decoded("csv", data) == expected
        for kind, delimiter in (("tsv", "\t"), ("psv", "|")):
            text = io.StringIO()
            csv.writer(text, delimiter=delimiter).writerows(csv.reader(io.StringIO(data.decode())))
            assert decoded(kind, text.getvalue().encode()) == expected


def is_same(value: Json, written: Any) -> bool:
    """Compare with a reading that leaves every scalar a text."""
    if isinstance(value, dict):
        return list(value) == list(written) and all(is_same(value[key], written[key]) for key in value)
    if isinstance(value, list):
        return len(value) == len(written) and all(map(is_same, value, written))
    if isinstance(value, str):
        return bool(value == written)
    return value is None or value == yaml.safe_load(written) or str(value) == written.lstrip("0")


def test_yaml_as_pyyaml_reads_it() -> None:
    for data in enough(documents("*.yaml", "*.yml", "WHEEL")):
        try:
            written = next(iter(yaml.load_all(data, Loader=yaml.BaseLoader)), None)
        except yaml.YAMLError:
            continue
        assert is_same(decoded("yaml", data), written)


def test_json_is_yaml() -> None:
    for _, value in jsons():
        assert decoded("yaml", json.dumps(value).encode()) == value


class Page(HTMLParser):
    """Counts tables and collects words, without building a tree."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tables, self.words = 0, ""
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tables += tag == "table"

    def handle_data(self, data: str) -> None:
        self.words += "".join(data.split())


def test_html_tables_hold_words_of_their_page() -> None:
    for data in enough([*documents("*.html"), *manual_pages()]):
        page, value = Page(data), decoded("html", data)
        assert isinstance(value, dict)
        tables = value["tables"]
        assert isinstance(tables, list)
        assert len(tables) <= page.tables
        rows = [row for table in tables if isinstance(table, list) for row in table if isinstance(row, dict)]
        texts = [text for row in rows for pair in row.items() for text in pair if isinstance(text, str)]
        assert all(word in page.words for text in texts for word in text.split())


def test_markdown_has_all_headings_of_its_source() -> None:
    for data in enough(documents("*.md")):
        value = decoded("markdown", data)
        assert isinstance(value, dict)
        sections = value["sections"]
        assert isinstance(sections, list)
        levels = [section["level"] for section in sections if isinstance(section, dict)]
        outside = re.sub(r"^ *(```|~~~).*?(^ *\1|\Z)|<!--.*?-->", "", data.decode(), flags=re.S | re.M)
        written = re.findall(r"^(#{1,6}) ", outside, flags=re.M)
        assert len(levels) >= len(written)


def test_text_is_what_the_file_holds() -> None:
    for data in enough(documents("*.txt")):
        assert decoded("text", data) == data.decode("utf-8-sig")
