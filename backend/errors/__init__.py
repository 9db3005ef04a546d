"""What the service says when it refuses.

    ServiceError          carries a code of the catalogue, and parameters
    └── raised by commands, queries and policies; `app.py` alone turns it into problem+json (RFC 9457)

A code is forever: clients and the screen's translations hang on it. The sentence is English and for people who read
logs; the screen shows its own words by `code` and `params`. The refusals of the contracts (`Reason` and the custom
errors) are codes of the same catalogue, so a refusal reads the same whether we foresaw it or the chain said it.
docs/errors.md lists every row; a test compares.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from backend.errors.books import BOOKS
from backend.errors.capture import CAPTURE
from backend.errors.chemicals import CHEMICALS
from backend.errors.details import DETAILS
from backend.errors.documents import DOCUMENTS
from backend.errors.evidence import EVIDENCE
from backend.errors.items import ITEMS
from backend.errors.kind import ErrorKind
from backend.errors.mirror import MIRROR
from backend.errors.quality import QUALITY
from backend.errors.request import REQUEST
from backend.errors.requisitions import REQUISITIONS
from backend.errors.stock import STOCK
from backend.errors.submissions import SUBMISSIONS

Param = str | int | bool | None | Sequence[Mapping[str, Any]]
Params = Mapping[str, Param]


class ServiceError(Exception):
    """A refusal with a stable code.

    A code that is not in the catalogue is a defect of ours and raises KeyError.
    """

    def __init__(self, code: str, **params: Param) -> None:
        self.kind = CATALOGUE[code]
        self.code = code
        self.params: Params = params
        super().__init__(f"{code}: {self.kind.title} {dict(params)}")


def problem(code: str, params: Params, request_id: str | None = None) -> dict[str, object]:
    """The body of a refusal, as RFC 9457 has it with our extensions `code`, `params`, `next_step`, `request_id`."""
    kind = CATALOGUE[code]
    body: dict[str, object] = {
        "type": f"urn:suyuan:problem:{code}",
        "title": kind.title,
        "status": kind.status,
        "code": code,
        "params": dict(params),
        "next_step": kind.next_step,
    }
    if request_id is not None:
        body["request_id"] = request_id
    return body


CATALOGUE: Mapping[str, ErrorKind] = MappingProxyType(
    REQUEST
    | SUBMISSIONS
    | ITEMS
    | DOCUMENTS
    | QUALITY
    | CHEMICALS
    | STOCK
    | REQUISITIONS
    | DETAILS
    | BOOKS
    | MIRROR
    | CAPTURE
    | EVIDENCE
)
