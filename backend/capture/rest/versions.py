"""What the headers of the REST binding say of us."""

from collections.abc import Mapping
from typing import Final

from backend.capture.reading import MOST_EVENTS
from backend.reading.bounded_json import LONGEST_DOCUMENT

VERSIONS: Final[Mapping[str, str]] = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
}

CAPTURE_LIMITS: Final[Mapping[str, str]] = {
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(LONGEST_DOCUMENT),
    "GS1-Capture-Error-Behaviour": "rollback",
}
