"""Documents attached to holdings through the API: kept byte for byte, once, and seen by nobody else."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.identity.actor import Right
from backend.member.signer import Holding
from backend.quality.models import BLOCK, CONTENT, DOCUMENT
from backend.reading import bounded_json
from tests.backend.park import Park
from tests.backend.quality.papers import (
    LOT,
    as_bytes,
    certificate,
    certificate_asked,
    inspection,
    log,
    logger_asked,
    with_inspections,
)


@pytest.fixture
def holding(park: Park) -> Holding:
    return park.make("tenant")


def attach(park: Park, asked: dict[str, Any], path: str = "/v1/certificates", name: str = "ada@tenant") -> Any:
    answer = park.ask(name, "POST", path, asked)
    assert 200 == answer.status_code, answer.text
    return answer.json()


def refused(park: Park, asked: dict[str, Any], path: str = "/v1/certificates", name: str = "ada@tenant") -> Any:
    """The refusal's status and code; nothing was written."""
    before = stored(park)
    answer = park.ask(name, "POST", path, asked)
    assert before == stored(park)
    return answer.status_code, answer.json()["code"]


def stored(park: Park) -> list[int | None]:
    with park.engine.begin() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in (CONTENT, DOCUMENT, BLOCK)]


def test_a_good_certificate_blocks_nothing_and_says_what_was_read(park: Park, holding: Holding) -> None:
    attached = attach(park, certificate_asked(holding))
    document = attached["document"]
    assert (None, [], "certificate", "ada") == (
        attached["to_sign"],
        document["blocks"],
        document["kind"],
        document["imported_by"],
    )
    assert {"lot_number": LOT, "certificate": "COA-1", "lots": [LOT], "inspections": 3} == {
        name: document["summary"][name] for name in ("lot_number", "certificate", "lots", "inspections")
    }


def test_every_finding_opens_a_block(park: Park, holding: Holding) -> None:
    document = with_inspections(inspection(Property="Water", Value="1", Maximum="0.1"))
    document["Certificate"]["Product"]["ExpirationDate"] = "2020-01-01"
    attached = attach(park, certificate_asked(holding, document, lot_number="B"))
    blocks = attached["document"]["blocks"]
    assert ["certificate_other_lot", "certificate_expired", "certificate_out_of_range"] == [
        block["cause"] for block in blocks
    ]
    assert {attached["document"]["sha256"]} == {block["document_sha256"] for block in blocks}
    assert {"property": "Water", "value": "1", "minimum": None, "maximum": "0.1", "unit": None} == blocks[2]["params"]


def test_a_file_comes_back_byte_for_byte_under_its_hash(park: Park, holding: Holding) -> None:
    content = as_bytes(certificate()) + b"\n"
    asked = certificate_asked(holding) | {"certificate": None, "content_base64": base64.b64encode(content).decode()}
    del asked["certificate"]
    document = attach(park, asked)["document"]
    assert ("0x" + hashlib.sha256(content).hexdigest(), len(content)) == (document["sha256"], document["bytes"])
    answer = park.get("tenant", f"/v1/quality-documents/{document['id']}/content")
    assert (content, "application/json", "attachment") == (
        answer.content,
        answer.headers["content-type"],
        answer.headers["content-disposition"],
    )


def test_a_document_as_long_as_allowed_fits_a_request(park: Park, holding: Holding) -> None:
    content = as_bytes(certificate())
    content += b" " * (bounded_json.LONGEST_DOCUMENT - len(content))
    asked = certificate_asked(holding) | {"content_base64": base64.b64encode(content).decode()}
    del asked["certificate"]
    assert len(content) == attach(park, asked)["document"]["bytes"]


def test_an_object_comes_back_equal_with_all_it_held(park: Park, holding: Holding) -> None:
    told = certificate()
    told["Certificate"]["Parties"]["Customer"]["GLN"] = {"of": ["the", "customer", None]}
    document = attach(park, certificate_asked(holding, told))["document"]
    answer = park.get("tenant", f"/v1/quality-documents/{document['id']}/content")
    assert told == answer.json()
    assert "0x" + hashlib.sha256(bounded_json.write(told)).hexdigest() == document["sha256"]


def test_the_same_request_again_attaches_nothing_twice(park: Park, holding: Holding) -> None:
    asked = certificate_asked(holding, lot_number="B")
    first = attach(park, asked)
    before = stored(park)
    assert first == attach(park, asked)
    assert before == stored(park)
    for other in (asked | {"lot_number": "C"}, asked | {"certificate": certificate(ExpirationDate="2020-01-01")}):
        assert (409, "id_reused") == refused(park, other)


def test_the_same_request_many_times_at_once_is_one_document(park: Park, holding: Holding) -> None:
    asked = certificate_asked(holding, lot_number="B")
    park.token("ada@tenant")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: attach(park, asked), range(8)))
    assert [answers[0]] * 8 == answers
    assert [1, 1, 1] == stored(park)


def test_one_certificate_for_two_holdings_is_kept_once(park: Park, holding: Holding) -> None:
    other = park.make("tenant")
    attach(park, certificate_asked(holding))
    attach(park, certificate_asked(other))
    assert [1, 2, 0] == stored(park)


def test_a_certificate_that_is_refused_leaves_nothing(park: Park, holding: Holding) -> None:
    wrong = certificate()
    del wrong["Certificate"]["CertificateLanguages"]
    assert (422, "document_invalid") == refused(park, certificate_asked(holding, wrong))
    assert (422, "document_kind_unknown") == refused(park, certificate_asked(holding, {"a": 1}))


_MALFORMED: dict[str, dict[str, Any]] = {
    "neither form": {"certificate": None},
    "both forms": {"content_base64": "e30="},
    "no base64": {"certificate": None, "content_base64": "!"},
    "too deep": {"certificate": json.loads('{"a":' * 60 + "1" + "}" * 60)},
    "no label": {"lot_number": ""},
    "no uuid": {"id": "1"},
    "a stranger's field": {"verdict": "pass"},
}


@pytest.mark.parametrize("change", _MALFORMED.values(), ids=_MALFORMED)
def test_a_request_that_is_malformed_is_refused(park: Park, holding: Holding, change: dict[str, Any]) -> None:
    assert (422, "request_invalid") == refused(park, certificate_asked(holding) | change)


@pytest.mark.parametrize("field", ["\ud800", "\0"], ids=["half a character", "NUL"])
def test_texts_the_database_cannot_hold_are_refused(park: Park, holding: Holding, field: str) -> None:
    body = json.dumps(certificate_asked(holding, certificate(Name=field))).encode()
    headers = {"Authorization": f"Bearer {park.token('ada@tenant')}", "Content-Type": "application/json"}
    answer = park.client.post("/v1/certificates", content=body, headers=headers)
    assert (422, "json_malformed") == (answer.status_code, answer.json()["code"])
    assert [0, 0, 0] == stored(park)


def test_a_holding_one_may_not_see_takes_no_document(park: Park, holding: Holding) -> None:
    for path, asked in (
        ("/v1/certificates", certificate_asked(holding)),
        ("/v1/logger-files", logger_asked(holding, log("4"))),
    ):
        assert (404, "not_found") == refused(park, asked, path, "bob@rival")


def test_nobody_else_sees_what_an_organisation_attached(park: Park, holding: Holding) -> None:
    attached = attach(park, certificate_asked(holding, lot_number="B"))
    document, block = attached["document"]["id"], attached["document"]["blocks"][0]["number"]
    for name in ("rival", "regulator", "operator"):
        assert [] == park.get(name, "/v1/quality-documents").json()["documents"]
        assert [] == park.get(name, "/v1/release-blocks").json()["blocks"]
        for path in (
            f"quality-documents/{document}",
            f"quality-documents/{document}/content",
            f"release-blocks/{block}",
        ):
            assert 404 == park.get(name, f"/v1/{path}").status_code


def test_bringing_documents_takes_the_right_to_receive_or_to_judge(park: Park, holding: Holding) -> None:
    park.token("eve@tenant", Right.STOCK | Right.ADMIN)
    assert (403, "not_permitted") == refused(park, certificate_asked(holding), name="eve@tenant")
    park.token("rex@tenant", Right.RECEIVE)
    attach(park, certificate_asked(holding), name="rex@tenant")


def test_documents_are_listed_by_holding_newest_first(park: Park, holding: Holding) -> None:
    other = park.make("tenant")
    first, second = (attach(park, certificate_asked(each))["document"] for each in (holding, other))
    assert [second, first] == park.get("tenant", "/v1/quality-documents").json()["documents"]
    listed = park.get("tenant", "/v1/quality-documents", holding=first["holding"]).json()
    assert {"documents": [first], "next_before": None} == listed
    later = park.get("tenant", "/v1/quality-documents", changed_since=second["imported_at"] + 1)
    assert [] == later.json()["documents"]


def test_a_journey_within_its_limits_blocks_nothing(park: Park, holding: Holding) -> None:
    attached = attach(park, logger_asked(holding, log("4", "5.5", "9", "4")), "/v1/logger-files")
    summary = attached["document"]["summary"]
    assert (None, []) == (attached["to_sign"], attached["document"]["blocks"])
    assert (4_000, 9_000, 10) == (
        summary["lowest_millidegrees"],
        summary["highest_millidegrees"],
        summary["minutes_outside"],
    )


def test_a_logger_file_in_its_own_encoding_comes_back_as_it_came(park: Park, holding: Holding) -> None:
    content = "记录时间;温度(℃)\n2026.11.21 10:00;4,5\n".encode("gb18030")
    asked = logger_asked(holding, "") | {"content_base64": base64.b64encode(content).decode()}
    del asked["content"]
    document = attach(park, asked, "/v1/logger-files")["document"]
    assert 4_500 == document["summary"]["highest_millidegrees"]
    assert content == park.get("tenant", f"/v1/quality-documents/{document['id']}/content").content


def test_a_logger_file_that_cannot_be_read_leaves_nothing(park: Park, holding: Holding) -> None:
    for content, code in (("", "logger_columns_unknown"), (log("warm"), "logger_row_unreadable")):
        assert (422, code) == refused(park, logger_asked(holding, content), "/v1/logger-files")
    limits = {"lowest_millidegrees": 8_000, "highest_millidegrees": 2_000, "most_minutes_outside": 0}
    assert (422, "request_invalid") == refused(park, logger_asked(holding, log("4"), limits=limits), "/v1/logger-files")
