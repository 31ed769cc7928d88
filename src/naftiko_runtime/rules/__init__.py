"""Rules of good files: what is understood and served, and would still better be written otherwise."""
