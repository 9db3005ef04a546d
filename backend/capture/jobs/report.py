"""What a member's side says of the events it could not have recorded. What is recorded, the service knows by itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from backend.capture.verdicts import Fault


@dataclass(frozen=True, slots=True)
class Report:
    """The last word on a job's events that are not recorded."""

    refusals: Mapping[int, Fault] = field(default_factory=dict)
    """By the event's place in its document."""
    otherwise: Fault | None = None
    """For every other; None where the ledger's own reason is to be told."""

    def to_bytes(self) -> bytes:
        """As it is sealed."""
        content = {
            "refusals": {place: [fault.code, dict(fault.params)] for place, fault in self.refusals.items()},
            "otherwise": None if self.otherwise is None else self.otherwise.code,
        }
        return json.dumps(content, ensure_ascii=False).encode(errors="surrogatepass")

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The reverse of `to_bytes`."""
        read = json.loads(content.decode(errors="surrogatepass"))
        refusals = {int(place): Fault(code, params) for place, (code, params) in read["refusals"].items()}
        return cls(refusals, None if read["otherwise"] is None else Fault(read["otherwise"]))
