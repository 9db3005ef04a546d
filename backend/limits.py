"""What the service takes in at once."""

LONGEST_BODY = 4 * 1024 * 1024
"""Bytes of a request: some forty full batches."""
