"""URIs of resources: which ones they fit, and what their variables are."""

import pytest

from naftiko_runtime.plan.uris import UriPattern


@pytest.mark.parametrize(
    ("pattern", "uri", "found"),
    [
        ("shop://orders", "shop://orders", {}),
        ("shop://orders", "shop://orders/", None),
        ("shop://orders/{id}", "shop://orders/a%20b", {"id": "a b"}),
        ("shop://orders/{id}", "shop://orders/a/b", None),
        ("shop://orders/{id}", "shop://orders/", None),
        ("shop://o.ders/{a}-{b}.json", "shop://o.ders/1-2.json", {"a": "1", "b": "2"}),
        ("shop://o.ders/{a}", "shop://orders/1", None),
        ("shop://{a}", "shop://1\n", {"a": "1\n"}),
    ],
)
def test_a_variable_is_one_segment(pattern: str, uri: str, found: dict[str, str] | None) -> None:
    assert UriPattern(pattern).match(uri) == found


def test_names_are_those_in_braces() -> None:
    pattern = UriPattern("shop://{a}/{b}")
    assert (pattern.names, pattern.is_template, str(pattern)) == (("a", "b"), True, "shop://{a}/{b}")
    assert not UriPattern("shop://a").is_template


@pytest.mark.parametrize("text", ["shop://{", "shop://}", "shop://{}", "shop://{{a}}", "shop://{a}}"])
def test_braces_that_hold_no_name_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="brace"):
        UriPattern(text)
