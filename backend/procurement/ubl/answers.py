"""What a seller answers to an order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from backend.procurement.ubl.binding import At, Words
from backend.procurement.ubl.orders import MOST_LINES
from backend.procurement.ubl.words import (
    AdditionalDocument,
    Adjustment,
    Amount,
    Contact,
    Day,
    Hour,
    Item,
    Measure,
    Number,
    Party,
    Period,
    Price,
    Text,
    Totals,
)


class Substitute(Words):
    """What the seller sends instead."""

    number: Annotated[Text | None, At("cbc:ID")] = None
    item: Annotated[Item, At("cac:Item")]


class AnsweredLine(Words):
    """What the seller says to one line."""

    number: Annotated[Text, At("cac:LineItem/cbc:ID")]
    notes: Annotated[tuple[Text, ...], At("cac:LineItem/cbc:Note")] = ()
    status: Annotated[Text | None, At("cac:LineItem/cbc:LineStatusCode")] = None
    quantity: Annotated[Measure | None, At("cac:LineItem/cbc:Quantity")] = None
    amount: Annotated[Amount | None, At("cac:LineItem/cbc:LineExtensionAmount")] = None
    most_later: Annotated[Number | None, At("cac:LineItem/cbc:MaximumBackorderQuantity")] = None
    delivered: Annotated[Measure | None, At("cac:LineItem/cac:Delivery/cbc:Quantity")] = None
    promised: Annotated[Period | None, At("cac:LineItem/cac:Delivery/cac:PromisedDeliveryPeriod")] = None
    price: Annotated[Price | None, At("cac:LineItem/cac:Price")] = None
    item: Annotated[Item | None, At("cac:LineItem/cac:Item")] = None
    substitute: Annotated[Substitute | None, At("cac:SellerSubstitutedLineItem")] = None
    order_line: Annotated[Text | None, At("cac:OrderLineReference/cbc:LineID")] = None


class OrderResponse(Words):
    """A UBL 2.1 OrderResponse: what the seller says to an order, or an agreement that both have made."""

    customization: Annotated[Text | None, At("cbc:CustomizationID")] = None
    profile: Annotated[Text | None, At("cbc:ProfileID")] = None
    number: Annotated[Text, At("cbc:ID")]
    sellers_number: Annotated[Text | None, At("cbc:SalesOrderID")] = None
    issue_date: Annotated[Day, At("cbc:IssueDate")]
    issue_time: Annotated[Hour | None, At("cbc:IssueTime")] = None
    answer: Annotated[Text | None, At("cbc:OrderResponseCode")] = None
    notes: Annotated[tuple[Text, ...], At("cbc:Note")] = ()
    currency: Annotated[Text | None, At("cbc:DocumentCurrencyCode")] = None
    customer_reference: Annotated[Text | None, At("cbc:CustomerReference")] = None
    order: Annotated[Text, At("cac:OrderReference/cbc:ID")]
    change: Annotated[Text | None, At("cac:OrderChangeDocumentReference/cbc:ID")] = None
    originator_document: Annotated[Text | None, At("cac:OriginatorDocumentReference/cbc:ID")] = None
    documents: Annotated[tuple[AdditionalDocument, ...], At("cac:AdditionalDocumentReference")] = ()
    contract: Annotated[Text | None, At("cac:Contract/cbc:ID")] = None
    seller: Annotated[Party, At("cac:SellerSupplierParty/cac:Party")]
    buyer: Annotated[Party, At("cac:BuyerCustomerParty/cac:Party")]
    receiving_contact: Annotated[Contact | None, At("cac:BuyerCustomerParty/cac:DeliveryContact")] = None
    originator: Annotated[Party | None, At("cac:OriginatorCustomerParty/cac:Party")] = None
    payer: Annotated[Party | None, At("cac:AccountingCustomerParty/cac:Party")] = None
    promised: Annotated[Period | None, At("cac:Delivery/cac:PromisedDeliveryPeriod")] = None
    adjustments: Annotated[tuple[Adjustment, ...], At("cac:AllowanceCharge")] = ()
    tax: Annotated[Amount | None, At("cac:TaxTotal/cbc:TaxAmount")] = None
    totals: Annotated[Totals | None, At("cac:LegalMonetaryTotal")] = None
    lines: Annotated[tuple[AnsweredLine, ...], At("cac:OrderLine"), Field(max_length=MOST_LINES)] = ()
