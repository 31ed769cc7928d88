"""XML texts with holes: a value may be text in them, and nothing else."""

import pytest

from naftiko_runtime.link.xmltext import check_xml_text

DECLARED = '<?xml version="1.0" encoding="{}"?><a>{{{{x}}}}</a>'


@pytest.mark.parametrize(
    "text",
    [
        '<a b="{{x}}" c="y {{y}}">{{z}} &amp; {{z}}</a>',
        "<a>{{#items}}<i n='{{n}}'>{{.}}</i>{{/items}}{{! all }}</a>",
        '<a xmlns:s="urn:s"><s:b>{{x}}</s:b><![CDATA[ as it is ]]><!-- and this --></a>',
        "<!DOCTYPE a><a/>",
        DECLARED.format("UTF-8"),
        DECLARED.format("us-ascii"),
    ],
)
def test_holes_may_stand_in_elements_and_attributes(text: str) -> None:
    check_xml_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "<{{x}}/>",
        '<a {{x}}="1"/>',
        "<a><![CDATA[{{x}}]]></a>",
        "<a>{{y}}<!-- {{x}} --></a>",
        "<?p {{x}}?><a/>",
        '<!DOCTYPE a [<!ENTITY e "{{x}}">]><a>&e;</a>',
    ],
)
def test_nowhere_else(text: str) -> None:
    with pytest.raises(ValueError, match="a hole stands where XML has neither text"):
        check_xml_text(text)


@pytest.mark.parametrize("text", ["<a>\n{{x}}", "<a b=\n{{x}}/>"])
def test_what_is_not_xml_is_said_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match="it is not XML in its line 2: "):
        check_xml_text(text)


def test_a_charset_that_is_not_sent_is_said() -> None:
    with pytest.raises(ValueError, match="it says it is in latin-1, but it is sent in UTF-8"):
        check_xml_text(DECLARED.format("latin-1"))
