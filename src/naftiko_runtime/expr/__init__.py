"""Expressions compiled once: names, templates, paths, shapes."""
