"""Documents and a block of the tenant's, for the table of route x actor."""

from __future__ import annotations

from typing import Any

from backend.member.signer import Holding
from tests.backend.park import Park
from tests.backend.quality.papers import certificate_asked, log, logger_asked


def quality_of_tenant(park: Park, holding: Holding) -> dict[tuple[str, str], tuple[str, Any]]:
    """The requests of the domain, made ready: (method, path) -> (path filled in, body)."""
    asked = certificate_asked(holding, lot_number="another")
    answer = park.ask("tenant", "POST", "/v1/certificates", asked)
    assert 200 == answer.status_code, answer.text
    document = f"/v1/quality-documents/{asked['id']}"
    block = f"/v1/release-blocks/{answer.json()['document']['blocks'][0]['number']}"
    return {
        ("POST", "/v1/certificates"): ("/v1/certificates", certificate_asked(holding)),
        ("POST", "/v1/logger-files"): ("/v1/logger-files", logger_asked(holding, log("4.0", "5.0"))),
        ("GET", "/v1/quality-documents"): ("/v1/quality-documents", None),
        ("GET", "/v1/quality-documents/{document_id}"): (document, None),
        ("GET", "/v1/quality-documents/{document_id}/content"): (f"{document}/content", None),
        ("GET", "/v1/release-blocks"): ("/v1/release-blocks", None),
        ("GET", "/v1/release-blocks/{number}"): (block, None),
        ("POST", "/v1/release-blocks/{number}/close"): (f"{block}/close", {"reason": "the label was misread"}),
    }
