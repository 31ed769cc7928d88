"""Puts the rooms together: compile, bind, open, serve."""
