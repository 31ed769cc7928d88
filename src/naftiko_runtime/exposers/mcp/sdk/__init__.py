"""The side of an MCP server that the SDK serves: whatever is not of the usual form, sessions, streams, lines.

It is the only place that imports the SDK, and is itself imported when the first message needs it (D15).
"""
