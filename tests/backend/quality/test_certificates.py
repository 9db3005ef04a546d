"""Certificates of analysis: which are read, and what is said of those that are not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from backend.errors import ServiceError
from backend.quality.certificate import read_certificate
from backend.reading import bounded_json
from tests.backend.quality.papers import PDF, as_bytes, certificate, inspection, with_attachment, with_inspections

Document = dict[str, Any]


def refusal_of(content: bytes) -> ServiceError:
    with pytest.raises(ServiceError) as refusal:
        read_certificate(content)
    assert len(str(refusal.value.params)) < 2_000
    return refusal.value


def places(document: Document) -> list[str]:
    refusal = refusal_of(as_bytes(document))
    assert "document_invalid" == refusal.code
    fields = refusal.params["fields"]
    assert isinstance(fields, list)
    return [field["at"] for field in fields]


def test_a_certificate_is_read_with_every_number_of_its_lot() -> None:
    document = certificate(FillingBatchId="F 1", ProductionBatchId="P-1")
    assert ("F 1", "P-1", "20261101-A") == read_certificate(as_bytes(document)).lots


def test_what_the_schema_leaves_open_is_left_open() -> None:
    document = certificate()
    document["Certificate"]["Analysis"]["Signed"] = {"by": ["nobody", None]}
    document["Certificate"]["Parties"]["Customer"]["GLN"] = 1
    read_certificate(as_bytes(document))


_SPOILT: dict[str, tuple[Callable[[Document], Any], str]] = {
    "no languages": (lambda body: body.pop("CertificateLanguages"), "CertificateLanguages"),
    "empty languages": (lambda body: body.update(CertificateLanguages=[]), "CertificateLanguages"),
    "a language nobody renders": (lambda body: body.update(CertificateLanguages=["JP"]), "CertificateLanguages.0"),
    "a language twice": (lambda body: body.update(CertificateLanguages=["EN", "EN"]), "CertificateLanguages"),
    "no lot": (lambda body: body["Product"].pop("FillingBatchId"), "Product.FillingBatchId"),
    "no such day": (lambda body: body["Product"].update(ExpirationDate="2026-02-30"), "Product.ExpirationDate"),
    "a day in words": (lambda body: body.update(Date="2 November 2026"), "Date"),
    "null": (lambda body: body.update(Analysis=None), ""),
    "a field nobody knows": (lambda body: body["Product"].update(Colour="blue"), "Product.Colour"),
    "a number as a text": (
        lambda body: body["BusinessTransaction"]["Delivery"].update(Quantity="2.5"),
        "BusinessTransaction.Delivery.Quantity",
    ),
    "true for a number": (
        lambda body: body["BusinessTransaction"]["Delivery"].update(Quantity=True),
        "BusinessTransaction.Delivery.Quantity",
    ),
    "no inspections": (lambda body: body["Analysis"].update(Inspections=[]), "Analysis.Inspections"),
    "a value that is no text": (
        lambda body: body["Analysis"].update(Inspections=[inspection(Value=5)]),
        "Analysis.Inspections.0.Value",
    ),
    "two names": (lambda body: body["Parties"]["Customer"].update(CompanyName="B"), "Parties.Customer"),
    "no number of the company": (
        lambda body: body["Parties"]["Customer"].update(Identifiers={"VAT": "1"}),
        "Parties.Customer.Identifiers",
    ),
    "a country in words": (
        lambda body: body["Parties"]["Customer"].update(Country="China"),
        "Parties.Customer.Country",
    ),
}


@pytest.mark.parametrize(("spoil", "place"), _SPOILT.values(), ids=_SPOILT)
def test_what_is_missing_or_wrong_is_refused_with_its_place(spoil: Callable[[Document], Any], place: str) -> None:
    document = certificate()
    spoil(document["Certificate"])
    assert [f"Certificate.{place}".rstrip(".")] == places(document)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://schemas.s1seven.com/coa-schemas/v2.0.0/schema.json", "certificate_version_unknown"),
        ("https://schemas.s1seven.com/en10168-schemas/v1.1.0/schema.json", "certificate_version_unknown"),
        ("a certificate", "document_invalid"),
    ],
)
def test_a_certificate_of_another_schema_is_refused(url: str, code: str) -> None:
    assert code == refusal_of(as_bytes(certificate() | {"RefSchemaUrl": url})).code


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"a": 1}', b"1", b'"Certificate"'])
def test_json_that_is_no_certificate_is_refused_as_that(content: bytes) -> None:
    assert "document_kind_unknown" == refusal_of(content).code


@pytest.mark.parametrize(
    "prefix", ["", "data:application/pdf;base64,", "data:application/pdf;base64, "], ids=["bare", "url", "with a blank"]
)
def test_an_attachment_that_is_what_it_says_is_read(prefix: str) -> None:
    read_certificate(as_bytes(with_attachment(prefix + PDF)))


def test_an_attachment_may_be_hexadecimal_and_of_any_kind() -> None:
    read_certificate(as_bytes(with_attachment(b"%PDF-".hex(), Encoding="hex")))
    read_certificate(as_bytes(with_attachment(PDF, **{"MIME-Type": "text/csv"})))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (base64.b64encode(b"This is not a PDF file at all").decode(), "base64"),
        ("not base64 at all", "base64"),
        (PDF, "hex"),
        ("data:application/pdf;base64,", "base64"),
    ],
    ids=["another kind", "not base64", "not hex", "empty"],
)
def test_an_attachment_that_is_not_what_it_says_is_refused_with_its_place(data: str, encoding: str) -> None:
    refusal = refusal_of(as_bytes(with_attachment(data, Encoding=encoding)))
    assert ("attachment_malformed", "Certificate.Attachments.0.Data") == (refusal.code, refusal.params["at"])


def _deep(levels: int) -> bytes:
    return b'{"Certificate":' * levels + b"1" + b"}" * levels


_BOMBS = {
    "bytes without end": (b'"' + b"x" * bounded_json.LONGEST_DOCUMENT + b'"', "document_too_large"),
    "lists without end": (b"[" + b"[]," * 500_000 + b"[]]", "document_too_deep"),
    "lists in lists": (b"[" * 90_000, "document_too_deep"),
    "a hundred levels": (_deep(100), "document_too_deep"),
    "no bytes": (b"", "json_malformed"),
    "half a document": (b'{"Certificate": ', "json_malformed"),
    "another encoding": ('{"Certificate": "溯源"}'.encode("gb18030"), "json_malformed"),
    "a name twice": (b'{"Certificate": 1, "Certificate": 2}', "json_malformed"),
    "no number": (b'{"Certificate": NaN}', "json_malformed"),
    "a number without end": (b'{"Certificate": ' + b"9" * 100_000 + b"}", "json_malformed"),
}


@pytest.mark.parametrize(("content", "code"), _BOMBS.values(), ids=_BOMBS)
def test_each_bomb_has_its_code(content: bytes, code: str) -> None:
    assert code == refusal_of(content).code


def test_the_deepest_document_allowed_is_judged_by_its_kind() -> None:
    assert "document_invalid" == refusal_of(_deep(bounded_json.DEEPEST - 1)).code


def test_a_byte_order_mark_is_no_fault() -> None:
    read_certificate(b"\xef\xbb\xbf" + as_bytes(certificate()))


def test_numbers_keep_their_digits() -> None:
    content = as_bytes(certificate()).replace(b'"Quantity": 2.5', b'"Quantity": 2.50000000000000000001')
    quantity = read_certificate(content).certificate.business_transaction.delivery.quantity
    assert "2.50000000000000000001" == str(quantity)


def test_an_object_becomes_the_same_bytes_however_it_was_ordered() -> None:
    one = {"b": [1, "溯"], "a": None}
    assert '{"a":null,"b":[1,"溯"]}'.encode() == bounded_json.write(one)
    assert one == json.loads(bounded_json.write(one))


def test_only_inspections_that_differ_are_read() -> None:
    assert ["Certificate.Analysis.Inspections"] == places(with_inspections(inspection(), inspection()))
