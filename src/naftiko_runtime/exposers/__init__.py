"""The faces of a capability: each turns a surface into an ASGI application."""
