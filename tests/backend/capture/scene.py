"""What the route x actor table asks of EPCIS: the same of everybody, and of a document that the tenant brought."""

from typing import Any

from tests.backend.capture.benches import bring, document
from tests.backend.park import Park

_OBSERVED = {"type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:epc:id:sgtin:4065432.100001.1"]}


def epcis_of_tenant(park: Park) -> dict[tuple[str, str], tuple[str, Any]]:
    """(method, path) -> the path filled in, and a body."""
    jobs = [bring(park, "tenant", document(_OBSERVED)).headers["location"].rsplit("/", 1)[1] for _ in range(2)]
    return {
        ("OPTIONS", "/epcis/capture"): ("/epcis/capture", None),
        ("POST", "/epcis/capture"): ("/epcis/capture", document(_OBSERVED)),
        ("GET", "/epcis/capture"): ("/epcis/capture?perPage=1", None),
        ("OPTIONS", "/epcis/capture/{job_id}"): (f"/epcis/capture/{jobs[0]}", None),
        ("GET", "/epcis/capture/{job_id}"): (f"/epcis/capture/{jobs[0]}", None),
        ("GET", "/v1/captures/waiting"): ("/v1/captures/waiting", None),
        ("GET", "/v1/captures/jobs/{job_id}/document"): (f"/v1/captures/jobs/{jobs[0]}/document", None),
        ("GET", "/v1/captures/jobs/{job_id}/actions"): (f"/v1/captures/jobs/{jobs[0]}/actions", None),
        ("POST", "/v1/captures/jobs/{job_id}/report"): (f"/v1/captures/jobs/{jobs[1]}/report", {"refusals": []}),
        ("POST", "/v1/captures/jobs/{job_id}/withdraw"): (f"/v1/captures/jobs/{jobs[1]}/withdraw", None),
        ("OPTIONS", "/epcis/events"): ("/epcis/events", None),
        ("GET", "/epcis/events"): ("/epcis/events?perPage=1", None),
    }
