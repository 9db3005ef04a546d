"""UBL in and out, for clients that speak it: nothing here is stored.

XML goes in as `application/xml` and comes back in our words as JSON; the same words go in and come back as XML.
"""

from typing import Annotated, Generic, TypeVar

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.dependencies import Reader
from backend.procurement.ubl import documents
from backend.procurement.ubl.answers import OrderResponse
from backend.procurement.ubl.binding import Words
from backend.procurement.ubl.despatch import DespatchAdvice
from backend.procurement.ubl.documents import Remark
from backend.procurement.ubl.orders import Order, OrderCancellation, OrderChange

router = APIRouter(prefix="/v1/ubl", tags=["documents"])

_XML = "application/xml"
_Kind = TypeVar("_Kind", bound=Words)

Xml = Annotated[bytes, Body(media_type=_XML, description="A UBL 2.1 document of this kind, without <!DOCTYPE>.")]


class ReadOut(BaseModel, Generic[_Kind]):
    """What came out of a document."""

    model_config = ConfigDict(frozen=True)

    document: _Kind
    remarks: tuple[Remark, ...] = Field(description="What a person should look at: check digits that are wrong.")
    not_carried: tuple[str, ...] = Field(description="What the document holds and our words do not: the first 100.")


class XmlResponse(Response):
    """A document as XML."""

    media_type = _XML


def _read(kind: type[_Kind], content: bytes) -> ReadOut[_Kind]:
    document, reading = documents.read(kind, content)
    return ReadOut(document=document, remarks=reading.remarks, not_carried=reading.not_carried)


@router.post("/orders")
def read_order(_actor: Reader, content: Xml) -> ReadOut[Order]:
    """Read an Order."""
    return _read(Order, content)


@router.post("/orders/xml", response_class=XmlResponse)
def write_order(_actor: Reader, order: Order) -> XmlResponse:
    """Write an Order."""
    return XmlResponse(documents.write(order))


@router.post("/order-changes")
def read_order_change(_actor: Reader, content: Xml) -> ReadOut[OrderChange]:
    """Read an OrderChange."""
    return _read(OrderChange, content)


@router.post("/order-changes/xml", response_class=XmlResponse)
def write_order_change(_actor: Reader, change: OrderChange) -> XmlResponse:
    """Write an OrderChange."""
    return XmlResponse(documents.write(change))


@router.post("/order-cancellations")
def read_order_cancellation(_actor: Reader, content: Xml) -> ReadOut[OrderCancellation]:
    """Read an OrderCancellation."""
    return _read(OrderCancellation, content)


@router.post("/order-cancellations/xml", response_class=XmlResponse)
def write_order_cancellation(_actor: Reader, cancellation: OrderCancellation) -> XmlResponse:
    """Write an OrderCancellation."""
    return XmlResponse(documents.write(cancellation))


@router.post("/order-responses")
def read_order_response(_actor: Reader, content: Xml) -> ReadOut[OrderResponse]:
    """Read an OrderResponse."""
    return _read(OrderResponse, content)


@router.post("/order-responses/xml", response_class=XmlResponse)
def write_order_response(_actor: Reader, answer: OrderResponse) -> XmlResponse:
    """Write an OrderResponse."""
    return XmlResponse(documents.write(answer))


@router.post("/despatch-advices")
def read_despatch_advice(_actor: Reader, content: Xml) -> ReadOut[DespatchAdvice]:
    """Read a DespatchAdvice."""
    return _read(DespatchAdvice, content)


@router.post("/despatch-advices/xml", response_class=XmlResponse)
def write_despatch_advice(_actor: Reader, advice: DespatchAdvice) -> XmlResponse:
    """Write a DespatchAdvice."""
    return XmlResponse(documents.write(advice))
