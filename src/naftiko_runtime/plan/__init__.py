"""The compiled file: what is served, what it needs, and what it calls."""
