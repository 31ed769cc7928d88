"""Content whose kind the file states: texts, images, sounds, and resources that come along."""

from __future__ import annotations

from base64 import b64encode

from ...plan.surfaces import McpTool, Part
from ...values import Json
from ...values.json import encode_text
from .protocol import Fields, present


def of_parts(value: Json, tool: McpTool) -> Fields:
    """Show the answer of a tool as the pieces that the file says it is made of; what is null is left out."""
    found = [(part, value_of(part, value)) for part in tool.parts]
    blocks: list[Json] = [
        block_of(part, text, part.uri or f"tool://{tool.name}/{part.key or 'answer'}")
        for part, text in found
        if text is not None
    ]
    return {"content": blocks}


def value_of(part: Part, value: Json) -> str | None:
    """Find the text of a part in what a unit answered."""
    found = value.get(part.key) if part.key is not None and isinstance(value, dict) else value
    return found if isinstance(found, str) or found is None else encode_text(found)


def block_of(part: Part, text: str, uri: str) -> Fields:
    """Make content of a text by its media type; one whose part has an address is a resource at ``uri``."""
    kind = part.media_type.partition("/")[0]
    if part.uri is None and kind in ("image", "audio"):
        data = text if part.is_base64 else b64encode(text.encode()).decode()
        return {"type": kind, "data": data, "mimeType": part.media_type}
    if part.uri is None and not part.is_base64:
        return {"type": "text", "text": text}
    return {"type": "resource", "resource": contents_of(part, text, uri)}


def contents_of(part: Part, text: str, uri: str) -> Fields:
    """Make the contents of a resource: bytes where the text is base64, else the text."""
    media_type = part.media_type or None
    if part.is_base64:
        return present(uri=uri, mimeType=media_type, blob=text)
    return present(uri=uri, mimeType=media_type, text=text)
