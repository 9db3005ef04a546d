"""What the route x actor table asks of EPCIS: the same of everybody."""

from typing import Any


def epcis_of_anybody() -> dict[tuple[str, str], tuple[str, Any]]:
    """(method, path) -> the path filled in, and a body."""
    return {
        ("OPTIONS", "/epcis/events"): ("/epcis/events", None),
        ("GET", "/epcis/events"): ("/epcis/events?perPage=1", None),
    }
