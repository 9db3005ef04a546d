"""The canonical hash of an event: one for every way of writing it, another for everything else."""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from backend.epcis import jsonld, xml
from backend.epcis.canonical import event_hash, pre_hash
from backend.epcis.tree import Node
from tests.support.third_party import FOLDER, files

VECTORS = "epcis/event-hash-vectors"

EVENT: dict[str, Any] = {
    "@context": {"park": "https://park.example/terms/"},
    "type": "ObjectEvent",
    "eventTime": "2026-03-04T11:00:30.5+08:00",
    "eventTimeZoneOffset": "+08:00",
    "recordTime": "2026-03-05T00:00:00Z",
    "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
    "epcList": ["urn:epc:id:sgtin:4065432.100001.2", "urn:epc:id:sgtin:4065432.100001.1"],
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:4065432.100001.L7", "quantity": 12.5, "uom": "LTR"}],
    "action": "OBSERVE",
    "bizStep": "shipping",
    "disposition": "in_transit",
    "readPoint": {"id": "urn:epc:id:sgln:4065432.00012.0", "park:gate": "7"},
    "bizTransactionList": [{"type": "po", "bizTransaction": "https://park.example/po/1"}],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4065432.00012"}],
    "sensorElementList": [
        {
            "sensorMetadata": {"time": "2026-03-04T03:00:00Z", "park:probe": "left"},
            "sensorReport": [{"type": "Temperature", "value": 4.20, "uom": "CEL"}],
        }
    ],
    "ilmd": {"cbvmda:lotNumber": "L7"},
    "park:note": {"park:by": "amy", "park:seen": True},
}

PRE_HASH = (
    "eventType=ObjectEventeventTime=2026-03-04T03:00:30.500ZeventTimeZoneOffset=+08:00"
    "epcListepc=https://id.gs1.org/01/14065432000014/21/1epc=https://id.gs1.org/01/14065432000014/21/2"
    "quantityListquantityElementepcClass=https://id.gs1.org/01/14065432000014/10/L7quantity=12.5uom=LTR"
    "action=OBSERVEbizStep=https://ref.gs1.org/cbv/BizStep-shippingdisposition=https://ref.gs1.org/cbv/Disp-in_transit"
    "readPointid=https://id.gs1.org/414/4065432000123{https://park.example/terms/}gate=7"
    "sensorElementListsensorElementsensorMetadatatime=2026-03-04T03:00:00.000Z{https://park.example/terms/}probe=left"
    "sensorReporttype=https://gs1.org/voc/Temperaturevalue=4.2uom=CEL"
    "bizTransactionListtype=https://ref.gs1.org/cbv/BTT-pobizTransaction=https://park.example/po/1"
    "ilmd{urn:epcglobal:cbv:mda:}lotNumber=L7"
    "sourceListtype=https://ref.gs1.org/cbv/SDT-owning_partysource=https://id.gs1.org/417/4065432000123"
    "{https://park.example/terms/}note{https://park.example/terms/}by=amy{https://park.example/terms/}seen=true"
)

XML = b"""<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:p="https://park.example/terms/"><EPCISBody>
<EventList><ObjectEvent>
  <eventTime>2026-03-04T03:00:30.500Z</eventTime><recordTime>2027-01-01T00:00:00Z</recordTime>
  <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
  <epcList><epc>https://id.gs1.org/01/14065432000014/21/1</epc><epc>urn:epc:id:sgtin:4065432.100001.2</epc></epcList>
  <action>OBSERVE</action><bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
  <disposition>https://ref.gs1.org/cbv/Disp-in_transit</disposition>
  <readPoint><id>https://id.gs1.org/414/4065432000123</id><p:gate>07</p:gate></readPoint>
  <bizTransactionList>
    <bizTransaction type="urn:epcglobal:cbv:btt:po">https://park.example/po/1</bizTransaction>
  </bizTransactionList>
  <extension>
    <quantityList><quantityElement>
      <epcClass>urn:epc:class:lgtin:4065432.100001.L7</epcClass><quantity>12.50</quantity><uom>LTR</uom>
    </quantityElement></quantityList>
    <sourceList><source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:pgln:4065432.00012</source></sourceList>
    <sensorElementList><sensorElement>
      <sensorMetadata time="2026-03-04T11:00:00+08:00" p:probe="left"/>
      <sensorReport type="gs1:Temperature" value="4.2" uom="CEL"/>
    </sensorElement></sensorElementList>
    <ilmd xmlns:m="urn:epcglobal:cbv:mda:"><m:lotNumber>L7</m:lotNumber></ilmd>
  </extension>
  <p:note><p:by>amy</p:by><p:seen>true</p:seen></p:note>
</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"""


def of(event: dict[str, Any]) -> Node:
    (read,) = jsonld.events(event)
    return read


def read(path: Path) -> list[Node]:
    if path.suffix == ".xml":
        return list(xml.events(etree.fromstring(path.read_bytes())))
    return list(jsonld.events(json.loads(path.read_bytes(), parse_float=Decimal)))


def test_the_text_that_is_hashed_says_everything_in_its_order() -> None:
    assert PRE_HASH == pre_hash(of(EVENT))


def test_json_and_xml_of_one_event_have_one_hash() -> None:
    (from_xml,) = xml.events(etree.fromstring(XML))
    assert pre_hash(of(EVENT)) == pre_hash(from_xml)
    assert event_hash(of(EVENT)) == event_hash(from_xml)


def test_what_comes_after_an_event_is_not_in_its_hash() -> None:
    later = EVENT | {"recordTime": "2030-01-01T00:00:00Z", "eventID": "urn:uuid:0", "rdfs:comment": "seen"}
    later["errorDeclaration"] = {"declarationTime": "2030-01-01T00:00:00Z", "reason": "did_not_occur"}
    assert event_hash(of(EVENT)) == event_hash(of(later))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every single value of an event stands."""
    if isinstance(value, dict):
        return [place for key, inner in value.items() for place in places(inner, (*path, key))]
    if isinstance(value, list):
        return [place for at, inner in enumerate(value) for place in places(inner, (*path, at))]
    return [path]


@pytest.mark.parametrize("place", [at for at in places(EVENT) if at[0] not in ("@context", "recordTime", "eventID")])
def test_any_other_value_anywhere_is_another_hash(place: tuple[Any, ...]) -> None:
    changed = deepcopy(EVENT)
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    was = holder[place[-1]]
    holder[place[-1]] = (
        "2026-03-04T11:00:31+08:00" if "ime" in str(place[-1]) and "Zone" not in str(place) else f"{was}9"
    )
    assert event_hash(of(EVENT)) != event_hash(of(changed))


@pytest.mark.parametrize("field", [key for key in EVENT if key not in ("@context", "recordTime", "eventID", "type")])
def test_a_field_less_is_another_hash(field: str) -> None:
    less = {key: value for key, value in EVENT.items() if key != field}
    assert event_hash(of(EVENT)) != event_hash(of(less))


@given(st.permutations(list(EVENT)), st.randoms(use_true_random=False))
def test_no_order_of_fields_or_elements_matters(order: list[str], chance: Any) -> None:
    shuffled = {key: deepcopy(EVENT[key]) for key in order}
    chance.shuffle(shuffled["epcList"])
    assert event_hash(of(EVENT)) == event_hash(of(shuffled))


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("2026-03-04T11:00:30+08:00", "2026-03-04T03:00:30.000Z"),
        ("2026-03-04T03:00:30.1414Z", "2026-03-04T03:00:30.141Z"),
        ("2026-03-04T03:00:30.1425Z", "2026-03-04T03:00:30.143Z"),
        ("2026-12-31T23:59:59.9996Z", "2027-01-01T00:00:00.000Z"),
        ("2026-03-04T03:00:30.3142715123Z", "2026-03-04T03:00:30.314Z"),
    ],
)
def test_times_are_in_utc_to_the_millisecond(written: str, means: str) -> None:
    assert f"eventTime={means}" in pre_hash(of(EVENT | {"eventTime": written}))


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (1, "1"),
        (1.0, "1"),
        (0.3434, "0.3434"),
        ("007.50", "7.5"),
        (Decimal("1E+2"), "100"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
    ],
)
def test_numbers_have_no_zeros_that_say_nothing(written: Any, means: str) -> None:
    quantity = [{"epcClass": "urn:epc:idpat:sgtin:4065432.100001.*", "quantity": written}]
    assert f"quantity={means}action" in pre_hash(of(EVENT | {"quantityList": quantity}))


@pytest.mark.parametrize("path", files(f"{VECTORS}/examples/*.[jx]*l*"))
def test_the_reference_vectors_are_met(path: Path) -> None:
    expected = path.with_suffix(".hashes").read_text(encoding="utf-8").split()
    assert expected == [event_hash(event) for event in read(path)]


@pytest.mark.parametrize("path", files(f"{VECTORS}/expected_equal/*.xml"))
def test_the_reference_sets_of_equals_are_equal(path: Path) -> None:
    assert 1 == len({event_hash(event) for event in read(path)})


def test_no_vector_was_left_out() -> None:
    if not FOLDER.exists():
        pytest.skip("no third-party data at ../shared/data")
    hashed = {path.stem for path in (FOLDER / VECTORS / "examples").glob("*.hashes")}
    tested = {path.stem for kind in ("*.jsonld", "*.xml") for path in (FOLDER / VECTORS / "examples").glob(kind)}
    assert hashed <= tested
