"""What several UBL documents say alike, in our words: who, where, how much, what.

Numbers keep every digit they came with and are strings in JSON; dates and times keep their zone. Units are UN/CEFACT
Recommendation 20 codes, currencies ISO 4217.
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema

from backend.procurement.ubl.binding import At, Words

_NUMBER = re.compile(r"[+-]?(?:\d{1,24}(?:\.\d{0,12})?|\.\d{1,12})")


def _decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError("must be a decimal number, in JSON as a string")
    return Decimal(value)


def _date(value: str) -> str:
    date.fromisoformat(value[:10])
    return value


def _time(value: str) -> str:
    time.fromisoformat(value)
    return value


# What XML 1.0 cannot hold.
_NO_XML = r"\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000, pattern=f"^[^{_NO_XML}]*$")
]
"""Anything XML can hold."""

Number = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[+-]?[0-9]*[.]?[0-9]*$"}),
]
"""An exact decimal."""

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?$"), AfterValidator(_date)]
"""xsd:date."""

Hour = Annotated[
    str, StringConstraints(pattern=r"^\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$"), AfterValidator(_time)
]
"""xsd:time."""


class Identifier(Words):
    """A name and the scheme it is of: 0088 is a GLN, 0160 a GTIN."""

    value: Annotated[Text, At(".")]
    scheme: Annotated[Text | None, At("@schemeID")] = None


class Amount(Words):
    """Money."""

    value: Annotated[Number, At(".")]
    currency: Annotated[Text, At("@currencyID")]


class Measure(Words):
    """How much of something, in a unit."""

    value: Annotated[Number, At(".")]
    unit: Annotated[Text | None, At("@unitCode")] = None


class Classification(Words):
    """What kind of thing an item is, by a published list."""

    code: Annotated[Text, At(".")]
    list_id: Annotated[Text | None, At("@listID")] = None
    list_version: Annotated[Text | None, At("@listVersionID")] = None


class Address(Words):
    """Where somebody is."""

    street: Annotated[Text | None, At("cbc:StreetName")] = None
    additional_street: Annotated[Text | None, At("cbc:AdditionalStreetName")] = None
    city: Annotated[Text | None, At("cbc:CityName")] = None
    postal_code: Annotated[Text | None, At("cbc:PostalZone")] = None
    region: Annotated[Text | None, At("cbc:CountrySubentity")] = None
    lines: Annotated[tuple[Text, ...], At("cac:AddressLine*/cbc:Line")] = ()
    country: Annotated[Text | None, At("cac:Country/cbc:IdentificationCode")] = None


class Contact(Words):
    """Whom to ask."""

    name: Annotated[Text | None, At("cbc:Name")] = None
    telephone: Annotated[Text | None, At("cbc:Telephone")] = None
    email: Annotated[Text | None, At("cbc:ElectronicMail")] = None


class Party(Words):
    """An organisation, by whatever it calls itself."""

    endpoint: Annotated[Identifier | None, At("cbc:EndpointID")] = None
    identifiers: Annotated[tuple[Identifier, ...], At("cac:PartyIdentification*/cbc:ID")] = ()
    name: Annotated[Text | None, At("cac:PartyName/cbc:Name")] = None
    address: Annotated[Address | None, At("cac:PostalAddress")] = None
    tax_number: Annotated[Text | None, At("cac:PartyTaxScheme/cbc:CompanyID")] = None
    tax_scheme: Annotated[Text | None, At("cac:PartyTaxScheme/cac:TaxScheme/cbc:ID")] = None
    legal_name: Annotated[Text | None, At("cac:PartyLegalEntity/cbc:RegistrationName")] = None
    legal_number: Annotated[Identifier | None, At("cac:PartyLegalEntity/cbc:CompanyID")] = None
    legal_address: Annotated[Address | None, At("cac:PartyLegalEntity/cac:RegistrationAddress")] = None
    contact: Annotated[Contact | None, At("cac:Contact")] = None


class Period(Words):
    """From when until when."""

    start_date: Annotated[Day | None, At("cbc:StartDate")] = None
    start_time: Annotated[Hour | None, At("cbc:StartTime")] = None
    end_date: Annotated[Day | None, At("cbc:EndDate")] = None
    end_time: Annotated[Hour | None, At("cbc:EndTime")] = None


class Location(Words):
    """A place goods are brought to."""

    id: Annotated[Identifier | None, At("cbc:ID")] = None
    name: Annotated[Text | None, At("cbc:Name")] = None
    address: Annotated[Address | None, At("cac:Address")] = None


class TaxCategory(Words):
    """Which tax, at what rate."""

    id: Annotated[Text | None, At("cbc:ID")] = None
    percent: Annotated[Number | None, At("cbc:Percent")] = None
    scheme: Annotated[Text | None, At("cac:TaxScheme/cbc:ID")] = None


class Adjustment(Words):
    """A charge, or an allowance that is taken off."""

    is_charge: Annotated[bool, At("cbc:ChargeIndicator")]
    reason_code: Annotated[Text | None, At("cbc:AllowanceChargeReasonCode")] = None
    reason: Annotated[Text | None, At("cbc:AllowanceChargeReason")] = None
    percent: Annotated[Number | None, At("cbc:MultiplierFactorNumeric")] = None
    amount: Annotated[Amount, At("cbc:Amount")]
    base: Annotated[Amount | None, At("cbc:BaseAmount")] = None
    tax: Annotated[TaxCategory | None, At("cac:TaxCategory")] = None


class Price(Words):
    """What one base quantity costs."""

    amount: Annotated[Amount, At("cbc:PriceAmount")]
    per: Annotated[Measure | None, At("cbc:BaseQuantity")] = None
    type: Annotated[Text | None, At("cbc:PriceType")] = None
    adjustments: Annotated[tuple[Adjustment, ...], At("cac:AllowanceCharge")] = ()


class Totals(Words):
    """The sums of a document."""

    lines: Annotated[Amount | None, At("cbc:LineExtensionAmount")] = None
    without_tax: Annotated[Amount | None, At("cbc:TaxExclusiveAmount")] = None
    with_tax: Annotated[Amount | None, At("cbc:TaxInclusiveAmount")] = None
    allowances: Annotated[Amount | None, At("cbc:AllowanceTotalAmount")] = None
    charges: Annotated[Amount | None, At("cbc:ChargeTotalAmount")] = None
    prepaid: Annotated[Amount | None, At("cbc:PrepaidAmount")] = None
    rounding: Annotated[Amount | None, At("cbc:PayableRoundingAmount")] = None
    payable: Annotated[Amount | None, At("cbc:PayableAmount")] = None


class Property(Words):
    """A further property of an item."""

    name: Annotated[Text | None, At("cbc:Name")] = None
    value: Annotated[Text | None, At("cbc:Value")] = None
    quantity: Annotated[Measure | None, At("cbc:ValueQuantity")] = None
    qualifier: Annotated[Text | None, At("cbc:ValueQualifier")] = None


class Instance(Words):
    """One piece, or one lot, of an item."""

    best_before: Annotated[Day | None, At("cbc:BestBeforeDate")] = None
    serial_number: Annotated[Text | None, At("cbc:SerialID")] = None
    lot_number: Annotated[Text | None, At("cac:LotIdentification/cbc:LotNumberID")] = None
    expires_on: Annotated[Day | None, At("cac:LotIdentification/cbc:ExpiryDate")] = None


class Hazard(Words):
    """Why an item is dangerous to carry."""

    un_number: Annotated[Text | None, At("cbc:UNDGCode")] = None
    hazard_class: Annotated[Text | None, At("cbc:HazardClassID")] = None


class Item(Words):
    """What is ordered or sent."""

    description: Annotated[Text | None, At("cbc:Description")] = None
    name: Annotated[Text, At("cbc:Name")]
    buyers_id: Annotated[Text | None, At("cac:BuyersItemIdentification/cbc:ID")] = None
    sellers_id: Annotated[Text | None, At("cac:SellersItemIdentification/cbc:ID")] = None
    sellers_variant: Annotated[Text | None, At("cac:SellersItemIdentification/cbc:ExtendedID")] = None
    manufacturers_id: Annotated[Text | None, At("cac:ManufacturersItemIdentification/cbc:ID")] = None
    standard_id: Annotated[Identifier | None, At("cac:StandardItemIdentification/cbc:ID")] = None
    standard_variant: Annotated[Text | None, At("cac:StandardItemIdentification/cbc:ExtendedID")] = None
    classifications: Annotated[
        tuple[Classification, ...], At("cac:CommodityClassification*/cbc:ItemClassificationCode")
    ] = ()
    hazards: Annotated[tuple[Hazard, ...], At("cac:HazardousItem")] = ()
    taxes: Annotated[tuple[TaxCategory, ...], At("cac:ClassifiedTaxCategory")] = ()
    properties: Annotated[tuple[Property, ...], At("cac:AdditionalItemProperty")] = ()
    instances: Annotated[tuple[Instance, ...], At("cac:ItemInstance")] = ()


class AdditionalDocument(Words):
    """A document that goes with another, by reference: its content is not carried."""

    id: Annotated[Identifier, At("cbc:ID")]
    type: Annotated[Text | None, At("cbc:DocumentType")] = None
    address: Annotated[Text | None, At("cac:Attachment/cac:ExternalReference/cbc:URI")] = None
