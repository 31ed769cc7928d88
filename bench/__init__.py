"""Measures the servers of the runtime beside their rivals: `make bench`, explained in docs/performance.md."""
