"""Keeps processes at work: starts them, replaces those that die, and lets them finish.

It knows nothing of capabilities: what a process does is handed in.
"""
