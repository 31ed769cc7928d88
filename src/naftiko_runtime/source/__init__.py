"""Text in, data with positions out; and what we tell authors about it."""
