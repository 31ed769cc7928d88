"""Files that people wrote: reading one gives data or an error, whatever is wrong with it."""

from collections import Counter
from pathlib import Path

import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
CAPABILITIES = sorted((ROOT / "capabilities").glob("*.yaml"))


def codes(path: Path) -> Counter[str]:
    report = Report()
    source = load(path.read_text(encoding="utf-8", errors="surrogateescape"), path.name, report)
    assert (source is not None) is not report.has_errors
    return Counter(item.code for item in report)


@pytest.mark.parametrize("path", CAPABILITIES, ids=lambda path: path.stem)
def test_a_shipped_file_is_read_without_a_remark(path: Path) -> None:
    assert codes(path) == {}


@pytest.mark.full
@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus, a collection of capability files")
def test_every_file_of_the_corpus_is_data_or_an_error() -> None:
    found = Counter[str]()
    for path in sorted(CORPUS.rglob("*.yaml")):
        found += codes(path)
    # one `name: name: …`, and pages that were cut off
    assert found == {"Y001": 1, "Y009": 37}
