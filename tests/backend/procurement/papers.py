"""UBL documents of our own making, as their senders would write them."""

from __future__ import annotations

_NAMESPACES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)

PARTIES = """
  <cac:BuyerCustomerParty><cac:Party>
    <cac:PartyIdentification><cbc:ID schemeID="0088">6901234500004</cbc:ID></cac:PartyIdentification>
    <cac:PartyIdentification><cbc:ID>tenant 5</cbc:ID></cac:PartyIdentification>
    <cac:PartyLegalEntity><cbc:RegistrationName>溯源生物</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:Party></cac:BuyerCustomerParty>
  <cac:SellerSupplierParty><cac:Party>
    <cac:PartyName><cbc:Name>Solvents &amp; Co</cbc:Name></cac:PartyName>
  </cac:Party></cac:SellerSupplierParty>"""

ORDER_LINE = """
  <cac:OrderLine><cac:LineItem>
    <cbc:ID>1</cbc:ID>
    <cbc:Quantity unitCode="LTR">2.50</cbc:Quantity>
    <cac:Delivery><cac:RequestedDeliveryPeriod>
      <cbc:StartDate>2026-12-01</cbc:StartDate><cbc:EndDate>2026-12-05</cbc:EndDate>
    </cac:RequestedDeliveryPeriod></cac:Delivery>
    <cac:Price>
      <cbc:PriceAmount currencyID="CNY">128.000</cbc:PriceAmount><cbc:BaseQuantity unitCode="LTR">1</cbc:BaseQuantity>
    </cac:Price>
    <cac:Item>
      <cbc:Name>乙腈 acetonitrile</cbc:Name>
      <cac:SellersItemIdentification><cbc:ID>ACN-25</cbc:ID></cac:SellersItemIdentification>
      <cac:StandardItemIdentification><cbc:ID schemeID="0160">06901234500004</cbc:ID></cac:StandardItemIdentification>
    </cac:Item>
  </cac:LineItem></cac:OrderLine>"""

DESPATCH_LINE = """
  <cac:DespatchLine>
    <cbc:ID>1</cbc:ID>
    <cbc:DeliveredQuantity unitCode="LTR">2.5</cbc:DeliveredQuantity>
    <cac:OrderLineReference><cbc:LineID>1</cbc:LineID></cac:OrderLineReference>
    <cac:Item>
      <cbc:Name>乙腈</cbc:Name>
      <cac:ItemInstance><cac:LotIdentification>
        <cbc:LotNumberID>20261101-A</cbc:LotNumberID><cbc:ExpiryDate>2028-11-01</cbc:ExpiryDate>
      </cac:LotIdentification></cac:ItemInstance>
    </cac:Item>
    <cac:Shipment>
      <cbc:ID>1</cbc:ID>
      <cac:TransportHandlingUnit><cbc:ID>069012345000000011</cbc:ID></cac:TransportHandlingUnit>
      <cac:TransportHandlingUnit><cbc:ID>069012345000000028</cbc:ID></cac:TransportHandlingUnit>
    </cac:Shipment>
  </cac:DespatchLine>"""


def paper(kind: str, body: str, *, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    """A document of a kind around what is in it."""
    root = f'xmlns="urn:oasis:names:specification:ubl:schema:xsd:{kind}-2" {_NAMESPACES}'
    return f"{prolog}\n<{kind} {root}>{body}\n</{kind}>"


def an_order(*, head: str = "<cbc:ID>PO-7</cbc:ID>", lines: str = ORDER_LINE, prolog: str | None = None) -> str:
    """An order of one line."""
    body = f"{head}<cbc:IssueDate>2026-11-21</cbc:IssueDate>{PARTIES}{lines}"
    return paper("Order", body) if prolog is None else paper("Order", body, prolog=prolog)


def a_despatch_advice(lines: str = DESPATCH_LINE) -> str:
    """An advice of one line, of which two boxes are on their way."""
    parties = PARTIES.replace("SellerSupplierParty", "DespatchSupplierParty").replace(
        "BuyerCustomerParty", "DeliveryCustomerParty"
    )
    # UBL names the sender first here, and the buyer first in an order.
    receiver, sender = parties.split("<cac:DespatchSupplierParty>")
    head = "<cbc:ID>DN-1</cbc:ID><cbc:IssueDate>2026-11-22</cbc:IssueDate>"
    return paper("DespatchAdvice", f"{head}<cac:DespatchSupplierParty>{sender}{receiver}{lines}")


def papers_about_an_order() -> dict[str, str]:
    """Its change, its cancellation and the answer to it, by the last word of their address."""
    head = "<cbc:ID>2</cbc:ID><cbc:IssueDate>2026-11-23</cbc:IssueDate>"
    order = "<cac:OrderReference><cbc:ID>PO-7</cbc:ID></cac:OrderReference>"
    return {
        "order-changes": paper("OrderChange", f"{head}{order}{PARTIES}{ORDER_LINE}"),
        "order-cancellations": paper("OrderCancellation", f"{head}{order}{PARTIES}"),
        "order-responses": paper("OrderResponse", f"{head}{order}{PARTIES}"),
    }
