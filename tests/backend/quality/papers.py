"""Certificates and logger files of our own making."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from typing import Any
from uuid import uuid4

from backend.member.signer import Holding

LOT = "20261101-A"

_COMPANY = {"Name": "溯源试剂", "Street": "1 Park Road", "ZipCode": "215000", "City": "Suzhou", "Country": "CN"}

PDF = base64.b64encode(b"%PDF-1.7 a scanned page").decode()


def certificate(**product: Any) -> dict[str, Any]:
    """A certificate nobody has anything against; `product` changes fields of its product."""
    return deepcopy(
        {
            "RefSchemaUrl": "https://schemas.s1seven.com/coa-schemas/v1.1.0/schema.json",
            "Certificate": {
                "CertificateLanguages": ["EN", "CN"],
                "Id": "COA-1",
                "Date": "2026-11-02",
                "Standard": {"Norm": "GB/T 16631"},
                "Parties": {"Manufacturer": _COMPANY, "Customer": _COMPANY | {"Name": "溯源生物"}},
                "BusinessTransaction": {
                    "Order": {"Id": "PO-7"},
                    "Delivery": {"Id": "DN-1", "Quantity": 2.5, "QuantityUnit": "l"},
                },
                "Product": {"Name": "acetonitrile", "FillingBatchId": LOT, "ExpirationDate": "2999-01-01", **product},
                "Analysis": {
                    "LotId": LOT,
                    "Inspections": [
                        inspection(Property="Assay", Value="99.95", Minimum="99.9"),
                        inspection(Property="Water", Value="<0.003", Maximum="0.005", Unit="%"),
                        inspection(Property="Appearance", Value="clear", ValueType="string"),
                    ],
                },
                "DeclarationOfConformity": {"Declaration": "The product conforms to its specification."},
                "Logo": "data:image/png;base64,",
            },
        }
    )


def inspection(**fields: Any) -> dict[str, Any]:
    """One property, a number unless said otherwise."""
    return {"Property": "Assay", "Method": "GC", "Value": "1", "ValueType": "number"} | fields


def with_inspections(*inspections: dict[str, Any]) -> dict[str, Any]:
    """The certificate with other findings."""
    document = certificate()
    document["Certificate"]["Analysis"]["Inspections"] = list(inspections)
    return document


def with_attachment(data: str, **fields: str) -> dict[str, Any]:
    """The certificate with a file in it."""
    document = certificate()
    file = {
        "Hash": {"Algorithm": "SHA256", "Encoding": "hex", "Value": "00"},
        "FileName": "curves.pdf",
        "MIME-Type": "application/pdf",
        "Encoding": "base64",
        "Data": data,
    }
    document["Certificate"]["Attachments"] = [file | fields]
    return document


def as_bytes(document: Any) -> bytes:
    """A document as its sender's system writes it."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def certificate_asked(holding: Holding, document: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A request to attach a certificate."""
    asked = {
        "id": str(uuid4()),
        "holding": f"0x{holding.id.hex()}",
        "lot_number": LOT,
        "certificate": document or certificate(),
    }
    return asked | fields


def logger_asked(holding: Holding, content: str, **fields: Any) -> dict[str, Any]:
    """A request to attach a logger file of goods for a refrigerator: 2 to 8 degrees."""
    limits = {"lowest_millidegrees": 2_000, "highest_millidegrees": 8_000, "most_minutes_outside": 30}
    asked = {"id": str(uuid4()), "holding": f"0x{holding.id.hex()}", "limits": limits, "content": content}
    return asked | fields


def log(*temperatures: str, header: str = "Time,Temperature(°C)", minutes: int = 10) -> str:
    """An export with a reading each ten minutes from 2026-11-21 00:00 on."""
    rows = [
        f"2026-11-21 {at * minutes // 60:02}:{at * minutes % 60:02}:00,{temperature}"
        for at, temperature in enumerate(temperatures)
    ]
    return "\n".join([header, *rows, ""])
