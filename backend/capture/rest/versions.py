"""What the headers of the REST binding say of us, and what a caller may ask for by them."""

import re
from collections.abc import Mapping
from typing import Final

from backend.capture.reading import MOST_EVENTS
from backend.errors import ServiceError
from backend.reading.bounded_json import LONGEST_DOCUMENT

_STANDARDS: Final = ("EPCIS", "CBV")
_SPOKEN: Final = (2, 0, 0)
_VERSION: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,2}")

VERSIONS: Final[Mapping[str, str]] = {
    f"GS1-{standard}-{bound}": "2.0.0" for standard in _STANDARDS for bound in ("Version", "Min", "Max")
}

CAPTURE_LIMITS: Final[Mapping[str, str]] = {
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(LONGEST_DOCUMENT),
    "GS1-Capture-Error-Behaviour": "rollback",
}


def refuse_other_versions(headers: Mapping[str, str]) -> None:
    """That a caller asks for what is spoken here, if it asks for a version at all.

    Args:
        headers: of the request; their names in any case.

    Raises:
        ServiceError: `version_not_spoken`, naming the header.
    """
    for standard in _STANDARDS:
        for bound in ("Version", "Min", "Max"):
            name = f"GS1-{standard}-{bound}"
            asked = headers.get(name)
            if asked is not None and not _includes_ours(bound, asked.strip()):
                raise ServiceError("version_not_spoken", header=name, spoken=VERSIONS[name])


def _includes_ours(bound: str, asked: str) -> bool:
    if not _VERSION.fullmatch(asked):
        return False
    numbers = [int(number) for number in asked.split(".")]
    version = (*numbers, 0, 0)[:3]
    return version == _SPOKEN if bound == "Version" else version <= _SPOKEN if bound == "Min" else version >= _SPOKEN
