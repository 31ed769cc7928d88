"""How the programs that people use are told of a server: their files, as docs/clients.md shows them."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "capabilities" / "together-ai-fine-tuning.yaml"
NAME = "together"
PATH = f"/path/to/{FILE.name}"
KEY = "TOGETHER_AI_API_KEY"
URL = f"http://127.0.0.1:{re.findall(r'port: ([0-9]+)', FILE.read_text(encoding='utf-8'))[-1]}/mcp"

COMMAND: Mapping[str, Any] = {"command": "naftiko", "args": ["run", PATH, "--stdio"], "env": {KEY: "…"}}
BRIDGE: Mapping[str, Any] = {
    "command": "npx",
    "args": ["-y", "mcp-remote", URL, "--allow-http", "--transport", "http-only"],
}


@dataclass(frozen=True)
class Host:
    """A program, the file that it reads, what stands there, and the commands that write it."""

    name: str
    file: str
    under: str
    entries: tuple[Mapping[str, Any], ...]
    commands: tuple[str, ...] = ()

    def section(self) -> str:
        """Write what the page says of it."""
        parts = [f"## {self.name}"]
        if self.commands:
            parts.append("```console\n" + "".join(f"$ {command}\n" for command in self.commands) + "```")
        lead = f"{'or' if self.commands else 'In'} `{self.file}`"
        parts.append(f"{lead[0].upper()}{lead[1:]}, over HTTP or over stdio:")
        parts.extend(self.written(entry) for entry in self.entries)
        return "\n\n".join(parts)

    def written(self, entry: Mapping[str, Any]) -> str:
        """Write one server in the form of the file."""
        if self.file.endswith(".toml"):
            return f"```toml\n{_toml(f'{self.under}.{NAME}', entry)}```"
        return f"```json\n{json.dumps({self.under: {NAME: entry}}, ensure_ascii=False)}\n```"


def _toml(name: str, entry: Mapping[str, Any]) -> str:
    own = {key: value for key, value in entry.items() if not isinstance(value, Mapping)}
    text = f"[{name}]\n" + "".join(f"{key} = {json.dumps(own[key], ensure_ascii=False)}\n" for key in own)
    inner = (_toml(f"{name}.{key}", entry[key]) for key in entry if key not in own)
    return "".join((text, *(f"\n{each}" for each in inner)))


def _typed(kind: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": kind, **entry}


HOSTS = (
    Host(
        "Claude Code",
        ".mcp.json",
        "mcpServers",
        (_typed("http", {"url": URL}), _typed("stdio", COMMAND)),
        (
            f"claude mcp add --transport http {NAME} {URL}",
            f"claude mcp add {NAME} --env {KEY}=… -- naftiko run {PATH} --stdio",
        ),
    ),
    Host("Claude Desktop", "claude_desktop_config.json", "mcpServers", (BRIDGE, COMMAND)),
    Host(
        "VS Code",
        ".vscode/mcp.json",
        "servers",
        (_typed("http", {"url": URL}), _typed("stdio", COMMAND)),
    ),
    Host("Cursor", ".cursor/mcp.json", "mcpServers", ({"url": URL}, COMMAND)),
    Host(
        "Codex",
        "~/.codex/config.toml",
        "mcp_servers",
        ({"url": URL}, COMMAND),
        (f"codex mcp add {NAME} --env {KEY}=… -- naftiko run {PATH} --stdio",),
    ),
)

_BLOCK = re.compile(r"^```(json|toml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def configured(page: str) -> list[dict[str, Any]]:
    """Read the servers that a page shows, each as its program would."""
    read = {"json": json.loads, "toml": tomllib.loads}
    found = [read[kind](text) for kind, text in _BLOCK.findall(page)]
    return [dict(next(iter(each.values()))[NAME]) for each in found]
