"""A certificate of analysis: the fields of material-identity's CoA schema v1.1.0, in their own names.

The schema itself is not ours to carry; these models give its verdicts, and are stricter where it is silent: a date
must exist, null is no value, and an attachment must be what it says it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_pascal

from backend.errors import ServiceError
from backend.quality.attachments import check_attachment
from backend.reading import bounded_json

_VERSION = re.compile(r"/coa-schemas/v1\.1\.0/schema\.json$")
_MOST_FAULTS = 20


def _day(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("must be a date like 2026-11-21")
    date.fromisoformat(text)
    return text


def _email(text: str) -> str:
    if "@" not in text:
        raise ValueError("must be an address with an @")
    return text


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number")
    return value


def _all_different(values: Any) -> Any:
    if isinstance(values, list):
        seen = {json.dumps(value, sort_keys=True, default=str) for value in values}
        if len(seen) < len(values):
            raise ValueError("must not hold the same twice")
    return values


Day = Annotated[str, AfterValidator(_day)]
Email = Annotated[str, AfterValidator(_email)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Different = BeforeValidator(_all_different)
SomeTexts = Annotated[tuple[str, ...], Different, Field(min_length=1)]


class _Part(BaseModel):
    """A part of the document that holds the fields named here and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_pascal)

    @model_validator(mode="before")
    @classmethod
    def _null_is_no_value(cls, values: Any) -> Any:
        if isinstance(values, dict):
            known = {field.alias for field in cls.model_fields.values()}
            absent = sorted(name for name in known if name is not None and name in values and values[name] is None)
            if absent:
                raise ValueError(f"must not be null: {', '.join(absent)}")
        return values


class _OpenPart(_Part):
    """One that may hold others besides, which are kept as they are."""

    model_config = ConfigDict(extra="allow")


class Identifiers(_OpenPart):
    """By which numbers a company is known: a tax number or a DUNS number at least."""

    vat: str | None = Field(default=None, alias="VAT")
    duns: str | None = Field(default=None, alias="DUNS")
    cage_code: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Identifiers:
        if 8 <= len(self.vat or "") <= 15 or len(self.duns or "") == 9:
            return self
        raise ValueError("needs a VAT of 8 to 15 characters or a DUNS of 9")


class Company(_OpenPart):
    """A party to the transaction."""

    name: str | None = None
    company_name: str | None = None
    street: str | Annotated[tuple[str, ...], Field(min_length=1, max_length=3)]
    zip_code: str
    city: str
    country: Country
    email: Email | None = None
    identifiers: Identifiers | None = None
    additional_information: SomeTexts | None = None

    @model_validator(mode="after")
    def _one_name(self) -> Company:
        if (self.name is None) == (self.company_name is None):
            raise ValueError("needs either Name or CompanyName")
        return self


class Parties(_Part):
    """Who made it, who bought it, who gets certificate and goods."""

    manufacturer: Company
    customer: Company
    receiver: Company | None = None
    goods_receiver: Company | None = None


class Person(_Part):
    """Whom to ask."""

    name: str
    role: str
    department: str
    email: Email
    phone: str


class PurchaseOrder(_Part):
    """The order it was made for."""

    id: str
    position: str | None = None
    date: Day | None = None
    quantity: Number | None = None
    quantity_unit: str | None = None
    customer_product_id: str | None = None
    customer_product_name: str | None = None
    goods_receipt_id: str | None = None


class OrderConfirmation(_Part):
    """What the maker answered."""

    id: str
    date: Day | None = None


class Delivery(_Part):
    """What the delivery note says."""

    id: str
    position: str | None = None
    date: Day | None = None
    quantity: Number
    quantity_unit: str
    internal_order_id: str | None = None
    internal_order_position: str | None = None
    transport: Annotated[tuple[str, ...], Different] | None = None


class BusinessTransaction(_Part):
    """Order and delivery."""

    order: PurchaseOrder
    order_confirmation: OrderConfirmation | None = None
    delivery: Delivery


class Product(_Part):
    """What was made, in which batches, and until when it may be used."""

    id: str | None = None
    name: str
    country_of_origin: Country | None = None
    place_of_origin: str | None = None
    filling_batch_id: str
    filling_batch_date: Day | None = None
    production_batch_id: str | None = None
    production_date: Day | None = None
    standards: SomeTexts | None = None
    expiration_date: Day | None = None
    additional_information: SomeTexts | None = None


class Inspection(_Part):
    """One property: what was found, and what the specification allows."""

    property_id: str | None = None
    property: str
    method: str
    value: str
    value_type: Literal["string", "number", "date", "date-time", "boolean"]
    minimum: str | None = None
    maximum: str | None = None
    unit: str | None = None
    test_conditions: str | None = None


class Analysis(_OpenPart):
    """What was found in which lot."""

    lot_id: str | None = None
    properties_standard: Literal["CAMPUS"] | None = None
    inspections: Annotated[tuple[Inspection, ...], Different, Field(min_length=1, max_length=2_000)] | None = None
    additional_information: SomeTexts | None = None


class CeMarking(_Part):
    """The CE mark."""

    image: str = Field(alias="CE_Image")
    notified_body_number: str
    year_document_issued: str
    document_number: str


class DeclarationOfConformity(_Part):
    """What the maker declares, in its own sentence."""

    declaration: str
    ce: CeMarking | None = Field(default=None, alias="CE")


class Standard(_OpenPart):
    """By which standard the certificate was made out."""

    norm: str
    type: str | None = None


class Hash(_OpenPart):
    """What the issuer says an attachment's hash is."""

    algorithm: Literal["SHA256", "SHA3-256"]
    encoding: Literal["base64", "hex"]
    value: str


class Attachment(_Part):
    """A file inside the document."""

    hash: Hash
    file_name: str
    mime_type: str = Field(alias="MIME-Type")
    encoding: str
    data: str


class CertificateBody(_Part):
    """The certificate itself."""

    certificate_languages: Annotated[
        tuple[Literal["EN", "DE", "FR", "ES", "PL", "CN", "TR", "IT"], ...],
        Different,
        Field(min_length=1, max_length=2),
    ]
    id: str
    date: Day
    standard: Standard
    contacts: Annotated[tuple[Person, ...], Different] | None = None
    parties: Parties
    business_transaction: BusinessTransaction
    product: Product
    analysis: Analysis | None = None
    declaration_of_conformity: DeclarationOfConformity
    attachments: Annotated[tuple[Attachment, ...], Different, Field(min_length=1, max_length=20)] | None = None
    logo: str
    disclaimer: str | None = None


class Certificate(_Part):
    """The whole document."""

    ref_schema_url: str = Field(
        alias="RefSchemaUrl",
        pattern=r"(https?://[a-z0-9/\.\-]+[\.a-z+])/([a-z0-9\-]+)/(v\d+\.\d+\.\d+(-\d+)?)/([a-z\./\-]+.json)",
    )
    certificate: CertificateBody

    @property
    def lots(self) -> tuple[str, ...]:
        """Every number by which it knows its lot: filling, production, analysis; each once."""
        product, analysis = self.certificate.product, self.certificate.analysis
        named = (product.filling_batch_id, product.production_batch_id, analysis.lot_id if analysis else None)
        return tuple(dict.fromkeys(lot for lot in named if lot))


def read_certificate(content: bytes) -> Certificate:
    """A certificate from its JSON.

    Raises:
        ServiceError: `document_kind_unknown`, `certificate_version_unknown`, `document_invalid` (naming the places),
            `attachment_malformed`, and those of `bounded_json.read`.
    """
    document = bounded_json.read(content)
    if not isinstance(document, dict) or not {"RefSchemaUrl", "Certificate"} & document.keys():
        raise ServiceError("document_kind_unknown", kind=type(document).__name__, known="Certificate")
    try:
        certificate = Certificate.model_validate(document)
    except ValidationError as error:
        raise ServiceError("document_invalid", fields=_faults(error)) from None
    if not _VERSION.search(certificate.ref_schema_url):
        raise ServiceError("certificate_version_unknown", schema=certificate.ref_schema_url[:200])
    _check_attachments(certificate.certificate.attachments or ())
    return certificate


def _faults(error: ValidationError) -> list[dict[str, str]]:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        {"at": ".".join(str(step) for step in fault["loc"]), "problem": fault["msg"].removeprefix("Value error, ")}
        for fault in faults[:_MOST_FAULTS]
    ]


def _check_attachments(attachments: Sequence[Attachment]) -> None:
    for index, attachment in enumerate(attachments):
        problem = check_attachment(attachment.data, encoding=attachment.encoding, media_type=attachment.mime_type)
        if problem is not None:
            at = f"Certificate.Attachments.{index}.Data"
            raise ServiceError("attachment_malformed", at=at, file=attachment.file_name[:200], problem=problem)
