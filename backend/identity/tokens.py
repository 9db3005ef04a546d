"""What an API token looks like, and what is stored of it."""

import hashlib
import secrets

TOKEN_PREFIX = "syt_"  # noqa: S105 (the visible mark of our tokens, for secret scanners; not a secret)


def new_token() -> str:
    """A token nobody can guess: our mark and 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored of a token, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()
