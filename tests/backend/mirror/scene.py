"""What the route x actor table asks of the mirror's digests."""

from __future__ import annotations

from typing import Any


def digests_of_anybody() -> dict[tuple[str, str], tuple[str, Any]]:
    """(method, path) -> the path filled in and the body."""
    return {
        ("GET", "/v1/mirror/digests"): ("/v1/mirror/digests?every=100", None),
        ("POST", "/v1/mirror/rows"): ("/v1/mirror/rows", {"block": 1, "digests": []}),
    }
