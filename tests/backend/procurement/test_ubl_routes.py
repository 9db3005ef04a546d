"""UBL over HTTP: XML in and JSON out, and back; a document that is refused says where."""

from __future__ import annotations

from backend.limits import LONGEST_BODY
from tests.backend.park import Park
from tests.backend.procurement.papers import a_despatch_advice, an_order
from tests.backend.procurement.scene import ubl_of_anybody


def test_every_kind_goes_in_as_xml_and_comes_back_equal_from_json(park: Park) -> None:
    prepared = ubl_of_anybody()
    assert 10 == len(prepared)
    for (_, path), (_, body) in prepared.items():
        if not isinstance(body, bytes):
            continue
        read = park.ask("supplier", "POST", path, body)
        assert 200 == read.status_code, read.text
        assert [] == read.json()["not_carried"]
        written = park.ask("supplier", "POST", f"{path}/xml", read.json()["document"])
        assert (200, "application/xml") == (written.status_code, written.headers["content-type"])
        assert body == written.content


def test_a_document_that_is_refused_says_where(park: Park) -> None:
    answer = park.ask("supplier", "POST", "/v1/ubl/orders", an_order().replace("2.50", "many").encode())
    assert (422, "document_invalid") == (answer.status_code, answer.json()["code"])
    assert ["cac:OrderLine[1]/cac:LineItem/cbc:Quantity"] == [
        field["at"] for field in answer.json()["params"]["fields"]
    ]


def test_a_document_of_another_kind_is_refused(park: Park) -> None:
    answer = park.ask("supplier", "POST", "/v1/ubl/orders", a_despatch_advice().encode())
    assert (422, "document_kind_unknown") == (answer.status_code, answer.json()["code"])


def test_json_is_not_taken_for_xml_nor_xml_for_json(park: Park) -> None:
    for path, body in (("/v1/ubl/orders", {"number": "1"}), ("/v1/ubl/orders/xml", an_order().encode())):
        answer = park.ask("supplier", "POST", path, body)
        assert (422, "request_invalid") == (answer.status_code, answer.json()["code"])


def test_a_body_past_the_limit_is_cut_off(park: Park) -> None:
    answer = park.ask("supplier", "POST", "/v1/ubl/orders", b"<" * (LONGEST_BODY + 1))
    assert (413, "body_too_large") == (answer.status_code, answer.json()["code"])
