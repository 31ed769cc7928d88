"""Runs compiled operations against the outside world."""
