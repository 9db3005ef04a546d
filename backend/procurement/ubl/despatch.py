"""What a seller sends with the goods: the despatch advice."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from backend.procurement.ubl.binding import At, Words
from backend.procurement.ubl.orders import MOST_LINES
from backend.procurement.ubl.words import (
    AdditionalDocument,
    Contact,
    Day,
    Hour,
    Item,
    Measure,
    Party,
    Period,
    Text,
)


class Dimension(Words):
    """One measure of a packed unit."""

    attribute: Annotated[Text | None, At("cbc:AttributeID")] = None
    measure: Annotated[Measure | None, At("cbc:Measure")] = None


class HandlingUnit(Words):
    """A pallet or a box, by its SSCC."""

    sscc: Annotated[Text | None, At("cbc:ID")] = None
    type: Annotated[Text | None, At("cbc:TransportHandlingUnitTypeCode")] = None
    is_hazardous: Annotated[bool | None, At("cbc:HazardousRiskIndicator")] = None
    dimensions: Annotated[tuple[Dimension, ...], At("cac:MeasurementDimension")] = ()


class LineShipment(Words):
    """How the goods of a line are packed."""

    number: Annotated[Text | None, At("cbc:ID")] = None
    units: Annotated[tuple[HandlingUnit, ...], At("cac:TransportHandlingUnit")] = ()


class DespatchLine(Words):
    """One line: what is in the delivery, of which order line, of which lot."""

    number: Annotated[Text, At("cbc:ID")]
    notes: Annotated[tuple[Text, ...], At("cbc:Note")] = ()
    quantity: Annotated[Measure, At("cbc:DeliveredQuantity")]
    outstanding: Annotated[Measure | None, At("cbc:OutstandingQuantity")] = None
    outstanding_reason: Annotated[Text | None, At("cbc:OutstandingReason")] = None
    order_line: Annotated[Text | None, At("cac:OrderLineReference/cbc:LineID")] = None
    sellers_order_line: Annotated[Text | None, At("cac:OrderLineReference/cbc:SalesOrderLineID")] = None
    order: Annotated[Text | None, At("cac:OrderLineReference/cac:OrderReference/cbc:ID")] = None
    documents: Annotated[tuple[AdditionalDocument, ...], At("cac:DocumentReference")] = ()
    item: Annotated[Item, At("cac:Item")]
    shipments: Annotated[tuple[LineShipment, ...], At("cac:Shipment")] = ()


class Shipment(Words):
    """The journey of the whole delivery."""

    number: Annotated[Text | None, At("cbc:ID")] = None
    information: Annotated[tuple[Text, ...], At("cbc:Information")] = ()
    gross_weight: Annotated[Measure | None, At("cbc:GrossWeightMeasure")] = None
    gross_volume: Annotated[Measure | None, At("cbc:GrossVolumeMeasure")] = None
    consignment: Annotated[Text | None, At("cac:Consignment/cbc:ID")] = None
    carrier: Annotated[Party | None, At("cac:Consignment/cac:CarrierParty")] = None
    transport_mode: Annotated[Text | None, At("cac:ShipmentStage/cbc:TransportModeCode")] = None
    tracking: Annotated[Text | None, At("cac:Delivery/cbc:TrackingID")] = None
    expected: Annotated[Period | None, At("cac:Delivery/cac:EstimatedDeliveryPeriod")] = None
    despatched_on: Annotated[Day | None, At("cac:Delivery/cac:Despatch/cbc:ActualDespatchDate")] = None
    despatched_at: Annotated[Hour | None, At("cac:Delivery/cac:Despatch/cbc:ActualDespatchTime")] = None


class DespatchAdvice(Words):
    """A UBL 2.1 DespatchAdvice."""

    customization: Annotated[Text | None, At("cbc:CustomizationID")] = None
    profile: Annotated[Text | None, At("cbc:ProfileID")] = None
    number: Annotated[Text, At("cbc:ID")]
    issue_date: Annotated[Day, At("cbc:IssueDate")]
    issue_time: Annotated[Hour | None, At("cbc:IssueTime")] = None
    notes: Annotated[tuple[Text, ...], At("cbc:Note")] = ()
    order: Annotated[Text | None, At("cac:OrderReference/cbc:ID")] = None
    documents: Annotated[tuple[AdditionalDocument, ...], At("cac:AdditionalDocumentReference")] = ()
    seller: Annotated[Party, At("cac:DespatchSupplierParty/cac:Party")]
    receiver: Annotated[Party, At("cac:DeliveryCustomerParty/cac:Party")]
    receiving_contact: Annotated[Contact | None, At("cac:DeliveryCustomerParty/cac:DeliveryContact")] = None
    buyer: Annotated[Party | None, At("cac:BuyerCustomerParty/cac:Party")] = None
    originator: Annotated[Party | None, At("cac:OriginatorCustomerParty/cac:Party")] = None
    shipment: Annotated[Shipment | None, At("cac:Shipment")] = None
    lines: Annotated[tuple[DespatchLine, ...], At("cac:DespatchLine"), Field(min_length=1, max_length=MOST_LINES)]
