"""Whether a document is an EPCIS 2.0 capture document: what its JSON schema asks, formats asserted, and a little more.

Beyond the schema: `did_not_occur` is followed by no corrective event (CBV 2.0 section 7.5). A query document is none to
capture. Source: EPCIS 2.0 section 7 and its JSON schema; docs/epcis.md lists where the standard leaves it to us.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from backend.epcis import words
from backend.epcis.rules import (
    Finding,
    Rule,
    boolean,
    either,
    is_uri,
    listed,
    matching,
    moment,
    number,
    shaped,
    text,
    uri,
    word,
)

MOST_FINDINGS: Final = 100

# GS1's own words are written bare; a URI in their place is somebody else's.
_NOT_CBV: Final = r"(?!urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/)"
_NOT_VOC: Final = r"(?!https?://(www\.)?gs1\.org/voc/)"


def _any_object(value: Any, at: str) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield Finding("kind", at, "an object is needed")


_context = either(uri, _any_object, listed(either(uri, _any_object), unique=True))
_offset = matching(r"^[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$", "an offset like +08:00 is needed")
_biz_step = word(words.BIZ_STEPS, _NOT_CBV)
_disposition = word(words.DISPOSITIONS, _NOT_CBV)
_quantity = shaped(
    {"epcClass": uri, "quantity": number, "uom": matching(r"^[A-Z0-9]{2,3}$", "a unit of UN/CEFACT is needed")},
    required=["epcClass"],
    extensible=False,
)


def _place(value: Any, at: str) -> Iterator[Finding]:
    """A read point or business location: `id`, and whatever others add, under any name."""
    if not isinstance(value, Mapping):
        yield Finding("kind", at, "an object is needed")
    elif "id" not in value:
        yield Finding("missing", at, "`id` is missing")
    else:
        yield from uri(value["id"], f"{at}/id")


def _typed(name: str, types: frozenset[str], *, required: bool) -> Rule:
    needs = ["type", name] if required else [name]
    return shaped({"type": word(types, _NOT_CBV), name: uri}, required=needs, extensible=False)


def _persistent(value: Any, at: str) -> Iterator[Finding]:
    states = listed(_disposition, least=1, unique=True)
    yield from shaped({"set": states, "unset": states}, extensible=False)(value, at)
    if isinstance(value, Mapping) and not {"set", "unset"} & value.keys():
        yield Finding("missing", at, "`set` or `unset` is missing")


_DEVICE: Final[Mapping[str, Rule]] = dict.fromkeys(
    ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), uri
)
_sensor = shaped(
    {
        "sensorMetadata": shaped({**dict.fromkeys(("time", "startTime", "endTime"), moment), **_DEVICE}),
        "sensorReport": listed(
            shaped(
                {
                    "type": word(words.MEASUREMENTS, _NOT_VOC),
                    "exception": word(words.ALERTS, _NOT_VOC),
                    **_DEVICE,
                    "time": moment,
                    **dict.fromkeys(
                        ("microorganism", "chemicalSubstance", "coordinateReferenceSystem", "uriValue"), uri
                    ),
                    **dict.fromkeys(
                        ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), number
                    ),
                    "component": word(words.COMPONENTS, _NOT_CBV),
                    "stringValue": text,
                    "booleanValue": boolean,
                    "hexBinaryValue": matching(r"^[A-Fa-f0-9]+$", "hexadecimal digits are needed"),
                    "uom": text,
                },
                required=["type"],
            ),
            least=1,
        ),
    },
    required=["sensorReport"],
)


def _error(value: Any, at: str) -> Iterator[Finding]:
    properties = {
        "declarationTime": moment,
        "reason": word(words.ERROR_REASONS, _NOT_CBV),
        "correctiveEventIDs": listed(uri),
    }
    yield from shaped(properties, required=["declarationTime"])(value, at)
    if isinstance(value, Mapping) and value.get("reason") == "did_not_occur" and value.get("correctiveEventIDs"):
        yield Finding("contradiction", at, "what did not occur is not corrected by other events")


def _ilmd(value: Any, at: str) -> Iterator[Finding]:
    yield from shaped({})(value, at)


_epcs = listed(uri, unique=True)
_quantities = listed(_quantity)
_COMMON: Final[Mapping[str, Rule]] = {
    "@context": _context,
    "type": text,
    "eventTime": moment,
    "recordTime": moment,
    "eventTimeZoneOffset": _offset,
    "eventID": uri,
    "certificationInfo": either(listed(uri), uri),
    "errorDeclaration": _error,
}
_WHERE_AND_WHY: Final[Mapping[str, Rule]] = {
    "bizStep": _biz_step,
    "disposition": _disposition,
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": listed(_typed("bizTransaction", words.BIZ_TRANSACTION_TYPES, required=False)),
    "sourceList": listed(_typed("source", words.SOURCE_AND_DESTINATION_TYPES, required=True)),
    "destinationList": listed(_typed("destination", words.SOURCE_AND_DESTINATION_TYPES, required=True)),
    "sensorElementList": listed(_sensor),
}


def _action(value: Any, at: str) -> Iterator[Finding]:
    if not isinstance(value, str) or value not in words.ACTIONS:
        yield Finding("word", at, "ADD, OBSERVE or DELETE is needed")


_CHILDREN: Final[Mapping[str, Rule]] = {
    "parentID": uri,
    "childEPCs": listed(uri),
    "childQuantityList": _quantities,
    "action": _action,
}
_LASTING: Final[Mapping[str, Rule]] = {"persistentDisposition": _persistent, "ilmd": _ilmd}

_TYPES: Final[Mapping[str, tuple[Mapping[str, Rule], tuple[str, ...]]]] = {
    "ObjectEvent": ({"epcList": _epcs, "quantityList": _quantities, "action": _action, **_LASTING}, ("action",)),
    "AggregationEvent": (_CHILDREN, ("action",)),
    "TransactionEvent": (
        {"parentID": uri, "epcList": listed(uri), "quantityList": _quantities, "action": _action},
        ("bizTransactionList", "action"),
    ),
    "TransformationEvent": (
        {
            "inputEPCList": _epcs,
            "inputQuantityList": _quantities,
            "outputEPCList": _epcs,
            "outputQuantityList": _quantities,
            "transformationID": uri,
            **_LASTING,
        },
        (),
    ),
    "AssociationEvent": (_CHILDREN, ("action", "parentID")),
}

_HEADER: Final[Mapping[str, Rule]] = {
    "@context": _context,
    "id": uri,
    "type": text,
    "schemaVersion": matching(r"^\d+(\.\d+)*$", "a version like 2.0 is needed"),
    "creationDate": moment,
    "instanceIdentifier": text,
    "sender": text,
    "receiver": text,
    "epcisHeader": shaped({"epcisMasterData": _any_object}),
    "epcisBody": _any_object,
}


def check(document: Any) -> list[Finding]:
    """What is wrong with a capture document, or an event that brings its `@context`; at most `MOST_FINDINGS`."""
    found: list[Finding] = []
    for finding in _document(document):
        found.append(finding)
        if len(found) == MOST_FINDINGS:
            break
    return found


def _document(document: Any) -> Iterator[Finding]:
    if not isinstance(document, Mapping):
        yield Finding("kind", "", "an object is needed")
        return
    match document.get("type"):
        case "EPCISQueryDocument":
            yield Finding("not_a_capture", "/type", "an answer to a query is nothing to capture")
        case "EPCISDocument":
            needs = ["@context", "schemaVersion", "creationDate", "epcisBody"]
            yield from shaped(_HEADER, required=needs)(document, "")
            body = document.get("epcisBody")
            if isinstance(body, Mapping):
                if "eventList" not in body:
                    yield Finding("missing", "/epcisBody", "`eventList` is missing")
                else:
                    yield from listed(check_event)(body["eventList"], "/epcisBody/eventList")
        case _:
            if "@context" not in document:
                yield Finding("missing", "", "`@context` is missing")
            yield from check_event(document, "")


def check_event(event: Any, at: str) -> Iterator[Finding]:
    """What is wrong with one event, wherever it stands."""
    if not isinstance(event, Mapping):
        yield Finding("kind", at, "an object is needed")
        return
    kind = event.get("type")
    if not isinstance(kind, str):
        yield Finding("missing" if kind is None else "kind", at, "`type` is missing, or no text")
    elif kind in _TYPES:
        properties, required = _TYPES[kind]
        rules = {**_COMMON, **_WHERE_AND_WHY, **properties}
        yield from shaped(rules, required=["eventTime", "eventTimeZoneOffset", *required])(event, at)
        yield from _objects(kind, event, at)
    else:
        if not is_uri(kind):
            yield Finding("word", f"{at}/type", f"`{kind[:80]}` is no type of event, nor of a namespace")
        # What somebody else's event holds is theirs to say.
        common = {name: rule for name, rule in _COMMON.items() if name in event}
        for name in ("eventTime", "eventTimeZoneOffset"):
            if name not in event:
                yield Finding("missing", at, f"`{name}` is missing")
        for name, rule in common.items():
            yield from rule(event[name], f"{at}/{name}")


def _objects(kind: str, event: Mapping[str, Any], at: str) -> Iterator[Finding]:
    """Every event is about something; what, each type says in its own way."""

    def filled(name: str, least: int = 1) -> bool:
        value = event.get(name)
        return isinstance(value, list) and len(value) >= least

    deletes = event.get("action") in ("DELETE", None)
    match kind:
        case "ObjectEvent":
            senses = filled("sensorElementList") and "readPoint" in event
            about = filled("epcList", 0) or filled("quantityList") or senses
            if "ilmd" in event and event.get("action") not in ("ADD", None):
                yield Finding("contradiction", f"{at}/ilmd", "only what begins has instance or lot master data: ADD")
        case "TransactionEvent":
            about = filled("epcList", 0) or filled("quantityList") or deletes
        case "TransformationEvent":
            inputs = filled("inputEPCList") or filled("inputQuantityList")
            outputs = filled("outputEPCList") or filled("outputQuantityList")
            about = (inputs and outputs) or ("transformationID" in event and (inputs or outputs))
        case _:
            about = filled("childEPCs") or filled("childQuantityList") or deletes
    if not about:
        yield Finding("nothing", at, "the event names nothing that it is about")
