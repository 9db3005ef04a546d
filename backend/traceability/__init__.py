"""Lots and holdings: what they are, what became of them, what they came from, and who may see it."""
