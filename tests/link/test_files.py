"""Entries of other files take their place in the one that imports them."""

from pathlib import Path

import pytest

from linking import server_of
from naftiko_runtime.app.compiler import Compiled, compile_text
from naftiko_runtime.plan.explain import exposed
from naftiko_runtime.plan.surfaces import Refused
from naftiko_runtime.source.diagnostics import Severity

SHOP = """
naftiko: 1.0.0-alpha2
consumes:
- type: http
  namespace: shop
  baseUri: https://shop.example
  resources:
  - {name: orders, path: /orders, operations: [{name: list, method: GET}]}
exposes:
- type: rest
  namespace: shop-rest
  port: 8081
  resources:
  - {path: /orders, operations: [{method: GET, call: shop.list}]}
"""
IMPORTING = """
ikanos: 1.0.0-beta5
capability:
  consumes:
  - {from: shop.yaml, import: shop}
  exposes:
  - {from: shop.yaml, import: shop-rest, as: front}
  - type: mcp
    namespace: tools
    port: 9090
    tools:
      list: {call: shop.list, description: List}
"""


def compiled(folder: Path | None, text: str = IMPORTING) -> Compiled:
    return compile_text(text, "capability.yaml", folder)


def served(result: Compiled) -> list[str]:
    assert result.plan is not None, str(result.report)
    return [
        f"{surface.namespace} {name}"
        for surface in result.plan.surfaces
        for name, operation in exposed(surface)
        if not isinstance(operation.body, Refused)
    ]


def test_apis_and_servers_of_another_file_are_served_like_ones_own(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    result = compiled(tmp_path)
    assert served(result) == ["tools list", "front GET /orders"]
    assert [str(item) for item in result.report] == []


def test_a_text_from_nowhere_imports_nothing() -> None:
    result = compiled(None)
    codes = [item.code for item in result.report if item.severity is Severity.REFUSED]
    assert codes == ["L025", "L025", "L001"]


def test_what_stands_beside_the_folder_may_be_imported(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "own").mkdir()
    text = IMPORTING.replace("shop.yaml", "../shared/shop.yaml")
    assert served(compiled(tmp_path / "own", text)) == ["tools list", "front GET /orders"]


def test_a_link_that_leads_away_is_not_followed(tmp_path: Path) -> None:
    away, folder = tmp_path / "away", tmp_path / "a" / "b"
    away.mkdir()
    folder.mkdir(parents=True)
    (away / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (folder / "shop.yaml").symlink_to(away / "shop.yaml")
    result = compiled(folder)
    assert "outside of the folders" in str(result.report)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "shop.yaml").open("wb") as file:
        file.truncate(9 * 1024 * 1024)
    assert "it is larger than" in str(compiled(tmp_path).report)


@pytest.mark.parametrize("entry", ["{from: shop.yaml}", "{import: shop.yaml}"])
def test_an_import_without_a_name_takes_all_there_is(tmp_path: Path, entry: str) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    text = IMPORTING.replace("{from: shop.yaml, import: shop}", entry)
    assert served(compiled(tmp_path, text)) == ["tools list", "front GET /orders"]


def test_a_mistake_in_an_imported_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP.replace("  namespace: shop\n", ""), encoding="utf-8")
    assert "shop.yaml:4:3: error[S001]: 'namespace' is missing" in str(compiled(tmp_path).report)


SIGNED = """
naftiko: 1.0.0-alpha2
binds:
- {namespace: files, location: '%s', keys: {TOKEN: token}}
consumes:
- type: http
  namespace: shop
  baseUri: https://shop.example
  authentication: {type: bearer, token: '{{TOKEN}}'}
  resources:
  - {name: orders, path: /orders, operations: [{name: list, method: GET}]}
"""
USING = """
ikanos: 1.0.0-beta5
capability:
  consumes:
  - {from: ../shared/shop.yaml, import: shop}
  exposes:
  - {type: mcp, namespace: tools, port: 9090, tools: {list: {call: shop.list, description: List}}}
"""
BORROWING = """
ikanos: 1.0.0-beta5
capability:
  binds:
  - {from: ../shared/shop.yaml, import: files, as: mine}
  consumes:
  - type: http
    namespace: store
    baseUri: https://store.example
    authentication: {type: bearer, token: '{{mine.TOKEN}}'}
    resources:
    - {name: orders, path: /orders, operations: [{name: list, method: GET}]}
  exposes:
  - {type: mcp, namespace: tools, port: 9090, tools: {list: {call: store.list, description: List}}}
"""


@pytest.mark.parametrize("text", [USING, BORROWING])
@pytest.mark.parametrize(
    ("location", "written", "meant"),
    [
        ("file:///./my%20keys.yaml", "file:../shared/my%20keys.yaml", "shared/my keys.yaml"),
        ("file:../keys.yaml", "file:../shared/../keys.yaml", "keys.yaml"),
    ],
)
def test_binds_of_an_imported_file_mean_the_files_beside_it(
    tmp_path: Path, text: str, location: str, written: str, meant: str
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "shop.yaml").write_text(SIGNED % location, encoding="utf-8")
    result = compiled(tmp_path / "own", text)
    assert result.plan is not None, str(result.report)
    (bind,) = result.plan.binds
    assert bind.file is not None
    assert (bind.file.location, bind.file.path.resolve()) == (written, (tmp_path / meant).resolve())


def test_imported_binds_without_a_location_still_come_from_the_environment(tmp_path: Path) -> None:
    text = SIGNED.replace(" location: '%s',", "")
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    result = compiled(tmp_path, USING.replace("../shared/", ""))
    assert result.plan is not None, str(result.report)
    assert [(bind.source, bind.file) for bind in result.plan.binds] == [("token", None)]


def test_certificates_of_another_file_are_beside_that_file(tmp_path: Path) -> None:
    tls = "  tls: {certificate: 'file:own.pem', key: '{{env.KEY}}', ca: 'file:/etc/ca.pem'}\n"
    (tmp_path / "shared").mkdir()
    text = SHOP.replace("  resources:\n  - {name", f"{tls}  resources:\n  - {{name")
    (tmp_path / "shared" / "shop.yaml").write_text(text, encoding="utf-8")
    result = compiled(tmp_path, IMPORTING.replace("from: shop.yaml", "from: shared/shop.yaml"))
    assert result.plan is not None, str(result.report)
    tls_of_shop = result.plan.apis["shop"].tls
    assert str(tls_of_shop) == "certificate file:shared/own.pem, key bind env.KEY, ca file:/etc/ca.pem"


@pytest.mark.parametrize("source", [f"{'a' * 5000}/shop.yaml", '"a\\0b/shop.yaml"'])
def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, source: str) -> None:
    result = compile_text(IMPORTING.replace("shop.yaml", source), "f.yaml", tmp_path)
    hints = {item.hint for item in result.report if item.code == "L025"}
    assert hints == {"paths begin at the folder of this file"}


def test_imported_resources_and_prompts_stand_beside_the_file_that_has_them(tmp_path: Path) -> None:
    (tmp_path / "shared" / "docs").mkdir(parents=True)
    (tmp_path / "shared" / "ask.md").write_text("Hi", encoding="utf-8")
    (tmp_path / "shared" / "desk.yaml").write_text(
        """\
naftiko: 1.0.0-alpha3
exposes:
- type: mcp
  namespace: desk
  port: 9090
  tools: {}
  resources:
    docs: {uri: "shop://docs", location: "file:./docs"}
    stated: {uri: "shop://stated", outputParameters: [{value: a}]}
  prompts:
    ask: {location: "file:./ask.md"}
""",
        encoding="utf-8",
    )
    text = "naftiko: 1.0.0-alpha3\ncapability:\n  exposes:\n  - {from: ./shared/desk.yaml, import: desk}\n"
    result = compile_text(text, "capability.yaml", tmp_path)
    server = server_of(result)
    assert [found.directory for found in server.resources] == [tmp_path / "shared" / "docs", None]
    assert [message.file for message in server.prompts[0].messages] == [tmp_path / "shared" / "ask.md"]


def test_a_file_need_not_import_itself(tmp_path: Path) -> None:
    text = IMPORTING.replace("from: shop.yaml, import: shop}", "from: ./capability.yaml, import: shop}")
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "capability.yaml").write_text(text, encoding="utf-8")
    (found,) = (item for item in compiled(tmp_path, text).report if item.code == "L025")
    assert (found.span.line, found.hint) == (5, "remove it: what stands in this file needs no import")


def test_a_file_that_cannot_be_read_is_told_at_every_import(tmp_path: Path) -> None:
    report = compiled(tmp_path).report
    assert [item.span.line for item in report if item.code == "L025"] == [5, 7]


def test_what_the_other_file_imports_itself_is_to_be_imported_from_there(tmp_path: Path) -> None:
    shared = "naftiko: 1.0.0-alpha2\nconsumes: [{from: other.yaml, import: shop}]\nbinds: []\n"
    (tmp_path / "shop.yaml").write_text(shared, encoding="utf-8")
    hints = [item.hint for item in compiled(tmp_path).report if item.code == "L026"]
    assert hints[0] == "imports are not followed further; import it from 'other.yaml' of that file"


def test_another_import_of_the_other_file_is_not_meant(tmp_path: Path) -> None:
    shared = "naftiko: 1.0.0-alpha2\nconsumes: [{from: other.yaml, import: fleet}]\nbinds: []\n"
    (tmp_path / "shop.yaml").write_text(shared, encoding="utf-8")
    hints = [item.hint for item in compiled(tmp_path).report if item.code == "L026"]
    assert hints[0] == "it has nothing"
