"""Steps."""

import pytest

from linting import changed, found

TOOL = "call: shop.list, hints: {readOnly: true}"
CONTROL = "    port: 9100\n"


def scripted(step: str, *, defaults: str = "") -> str:
    management = f"    management: {{scripting: {{{defaults}}}}}\n"
    return changed((TOOL, f"steps: [{{type: script, file: a.js{step}}}]"), (CONTROL, CONTROL + management))


@pytest.mark.parametrize("name", ["a b", "a.b", "''"])
def test_a_step_name_that_nothing_can_refer_to_is_found(name: str) -> None:
    step = f"name: {name}, type: call, call: shop.list}}]}}"
    assert found(changed((TOOL, f"steps: [{{{step[:-1]}"))) == [("R135", step)]


@pytest.mark.parametrize("name", ["name: get-ship_1, ", ""])
def test_other_names_are_not(name: str) -> None:
    assert found(changed((TOOL, f"steps: [{{{name}type: call, call: shop.list}}]"))) == []


@pytest.mark.parametrize(
    ("step", "defaults", "times"),
    [
        ("", "", 2),
        (", language: javascript", "", 1),
        (", location: file:///srv", "", 1),
        ("", "defaultLanguage: javascript", 1),
        ("", "defaultLocation: file:///srv", 1),
    ],
)
def test_what_a_script_lacks_is_found(step: str, defaults: str, times: int) -> None:
    assert found(scripted(step, defaults=defaults)) == [("R136", f"file: a.js{step}}}]}}")] * times


@pytest.mark.parametrize(
    ("step", "defaults"),
    [
        (", language: javascript, location: file:///srv", ""),
        (", language: javascript", "defaultLocation: file:///srv"),
        ("", "defaultLocation: file:///srv, defaultLanguage: javascript"),
    ],
)
def test_a_complete_script_is_not(step: str, defaults: str) -> None:
    assert found(scripted(step, defaults=defaults)) == []
