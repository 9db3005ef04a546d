"""What a buyer sends: an order, its change, its cancellation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from backend.procurement.ubl.binding import At, Words
from backend.procurement.ubl.words import (
    AdditionalDocument,
    Adjustment,
    Amount,
    Day,
    Hour,
    Item,
    Location,
    Measure,
    Party,
    Period,
    Price,
    Text,
    Totals,
)

MOST_LINES = 2_000


class OrderLine(Words):
    """One line: so much of an item, at a price, by a date."""

    note: Annotated[Text | None, At("cbc:Note")] = None
    number: Annotated[Text, At("cac:LineItem/cbc:ID")]
    status: Annotated[Text | None, At("cac:LineItem/cbc:LineStatusCode")] = None
    quantity: Annotated[Measure, At("cac:LineItem/cbc:Quantity")]
    amount: Annotated[Amount | None, At("cac:LineItem/cbc:LineExtensionAmount")] = None
    partial_delivery: Annotated[bool | None, At("cac:LineItem/cbc:PartialDeliveryIndicator")] = None
    accounting_cost: Annotated[Text | None, At("cac:LineItem/cbc:AccountingCost")] = None
    requested: Annotated[Period | None, At("cac:LineItem/cac:Delivery/cac:RequestedDeliveryPeriod")] = None
    originator: Annotated[Party | None, At("cac:LineItem/cac:OriginatorParty")] = None
    adjustments: Annotated[tuple[Adjustment, ...], At("cac:LineItem/cac:AllowanceCharge")] = ()
    price: Annotated[Price | None, At("cac:LineItem/cac:Price")] = None
    item: Annotated[Item, At("cac:LineItem/cac:Item")]


class Order(Words):
    """A UBL 2.1 Order."""

    customization: Annotated[Text | None, At("cbc:CustomizationID")] = None
    profile: Annotated[Text | None, At("cbc:ProfileID")] = None
    number: Annotated[Text, At("cbc:ID")]
    sellers_number: Annotated[Text | None, At("cbc:SalesOrderID")] = None
    issue_date: Annotated[Day, At("cbc:IssueDate")]
    issue_time: Annotated[Hour | None, At("cbc:IssueTime")] = None
    type: Annotated[Text | None, At("cbc:OrderTypeCode")] = None
    notes: Annotated[tuple[Text, ...], At("cbc:Note")] = ()
    currency: Annotated[Text | None, At("cbc:DocumentCurrencyCode")] = None
    customer_reference: Annotated[Text | None, At("cbc:CustomerReference")] = None
    accounting_cost: Annotated[Text | None, At("cbc:AccountingCost")] = None
    valid_until: Annotated[Day | None, At("cac:ValidityPeriod/cbc:EndDate")] = None
    quotation: Annotated[Text | None, At("cac:QuotationDocumentReference/cbc:ID")] = None
    earlier_orders: Annotated[tuple[Text, ...], At("cac:OrderDocumentReference*/cbc:ID")] = ()
    originator_document: Annotated[Text | None, At("cac:OriginatorDocumentReference/cbc:ID")] = None
    catalogue: Annotated[Text | None, At("cac:CatalogueReference/cbc:ID")] = None
    documents: Annotated[tuple[AdditionalDocument, ...], At("cac:AdditionalDocumentReference")] = ()
    contract: Annotated[Text | None, At("cac:Contract/cbc:ID")] = None
    project: Annotated[Text | None, At("cac:ProjectReference/cbc:ID")] = None
    buyer: Annotated[Party, At("cac:BuyerCustomerParty/cac:Party")]
    seller: Annotated[Party, At("cac:SellerSupplierParty/cac:Party")]
    originator: Annotated[Party | None, At("cac:OriginatorCustomerParty/cac:Party")] = None
    payer: Annotated[Party | None, At("cac:AccountingCustomerParty/cac:Party")] = None
    deliver_to: Annotated[Location | None, At("cac:Delivery/cac:DeliveryLocation")] = None
    requested: Annotated[Period | None, At("cac:Delivery/cac:RequestedDeliveryPeriod")] = None
    receiver: Annotated[Party | None, At("cac:Delivery/cac:DeliveryParty")] = None
    despatch_by_date: Annotated[Day | None, At("cac:Delivery/cac:Despatch/cbc:RequestedDespatchDate")] = None
    despatch_by_time: Annotated[Hour | None, At("cac:Delivery/cac:Despatch/cbc:RequestedDespatchTime")] = None
    delivery_terms: Annotated[Text | None, At("cac:DeliveryTerms/cbc:ID")] = None
    special_terms: Annotated[Text | None, At("cac:DeliveryTerms/cbc:SpecialTerms")] = None
    terms_place: Annotated[Text | None, At("cac:DeliveryTerms/cac:DeliveryLocation/cbc:ID")] = None
    payment_terms: Annotated[Text | None, At("cac:PaymentTerms/cbc:Note")] = None
    adjustments: Annotated[tuple[Adjustment, ...], At("cac:AllowanceCharge")] = ()
    tax: Annotated[Amount | None, At("cac:TaxTotal/cbc:TaxAmount")] = None
    totals: Annotated[Totals | None, At("cac:AnticipatedMonetaryTotal")] = None
    lines: Annotated[tuple[OrderLine, ...], At("cac:OrderLine"), Field(min_length=1, max_length=MOST_LINES)]


class OrderChange(Words):
    """A UBL 2.1 OrderChange: the order as it shall be from now on, line by line with what becomes of it."""

    customization: Annotated[Text | None, At("cbc:CustomizationID")] = None
    profile: Annotated[Text | None, At("cbc:ProfileID")] = None
    number: Annotated[Text, At("cbc:ID")]
    issue_date: Annotated[Day, At("cbc:IssueDate")]
    issue_time: Annotated[Hour | None, At("cbc:IssueTime")] = None
    sequence: Annotated[Text | None, At("cbc:SequenceNumberID")] = None
    notes: Annotated[tuple[Text, ...], At("cbc:Note")] = ()
    currency: Annotated[Text | None, At("cbc:DocumentCurrencyCode")] = None
    valid_until: Annotated[Day | None, At("cac:ValidityPeriod/cbc:EndDate")] = None
    order: Annotated[Text, At("cac:OrderReference/cbc:ID")]
    buyer: Annotated[Party, At("cac:BuyerCustomerParty/cac:Party")]
    seller: Annotated[Party, At("cac:SellerSupplierParty/cac:Party")]
    deliver_to: Annotated[Location | None, At("cac:Delivery/cac:DeliveryLocation")] = None
    requested: Annotated[Period | None, At("cac:Delivery/cac:RequestedDeliveryPeriod")] = None
    receiver: Annotated[Party | None, At("cac:Delivery/cac:DeliveryParty")] = None
    tax: Annotated[Amount | None, At("cac:TaxTotal/cbc:TaxAmount")] = None
    totals: Annotated[Totals | None, At("cac:AnticipatedMonetaryTotal")] = None
    lines: Annotated[tuple[OrderLine, ...], At("cac:OrderLine"), Field(min_length=1, max_length=MOST_LINES)]


class OrderCancellation(Words):
    """A UBL 2.1 OrderCancellation."""

    customization: Annotated[Text | None, At("cbc:CustomizationID")] = None
    profile: Annotated[Text | None, At("cbc:ProfileID")] = None
    number: Annotated[Text, At("cbc:ID")]
    issue_date: Annotated[Day, At("cbc:IssueDate")]
    issue_time: Annotated[Hour | None, At("cbc:IssueTime")] = None
    reasons: Annotated[tuple[Text, ...], At("cbc:CancellationNote")] = ()
    order: Annotated[Text, At("cac:OrderReference/cbc:ID")]
    buyer: Annotated[Party, At("cac:BuyerCustomerParty/cac:Party")]
    seller: Annotated[Party, At("cac:SellerSupplierParty/cac:Party")]
