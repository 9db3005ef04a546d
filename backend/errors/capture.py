"""What capture refuses."""

from backend.errors.kind import ErrorKind
from backend.errors.sheets import SHEETS

_EVENTS = {
    "event_duplicate": ErrorKind(
        409, "Your organisation has captured this event before.", "Nothing is to be done; `params` names the record."
    ),
    "epcis_invalid": ErrorKind(
        422, "The document is not what EPCIS 2.0 asks for.", "Correct the places in `params`; `suyuan epcis check` too."
    ),
    "epcis_not_a_capture": ErrorKind(
        422, "An answer to a query is nothing to capture.", "Capture the document that the events came in."
    ),
    "media_type_unsupported": ErrorKind(
        415, "The body is not declared as what is read here.", "Send it as one of the media types in `params`."
    ),
    "version_not_spoken": ErrorKind(
        406, "Another version of EPCIS or its vocabulary is asked for than is spoken here.", "Ask for 2.0, or for none."
    ),
    "capture_limit_exceeded": ErrorKind(
        413, "The document has more events than one capture takes.", "Bring them in several documents."
    ),
    "capture_full": ErrorKind(
        429,
        "As many documents of your organisation wait to be signed as are kept.",
        "See that somebody signs them, or withdraw some; /epcis/capture lists them.",
    ),
    "capture_lapsed": ErrorKind(
        410,
        "Nobody signed the document in seven days; it was given up.",
        "See that a gateway runs, and bring it again.",
    ),
    "capture_withdrawn": ErrorKind(
        410, "Your organisation withdrew the document before it was signed.", "Bring it again if that was a mistake."
    ),
    "service_unreachable": ErrorKind(
        503, "The gateway did not get an answer from the service.", "Bring it again: no event is recorded twice."
    ),
    "query_parameter_unknown": ErrorKind(
        400, "The query has a parameter that is not answered here.", "docs/capture.md lists those that are."
    ),
    "query_parameter_invalid": ErrorKind(
        400, "A parameter of the query has no value it can have.", "`params` names the parameter, and what is needed."
    ),
    "query_too_large": ErrorKind(
        413, "More events match than `maxEventCount` allows.", "Ask for fewer, or leave it out and go page by page."
    ),
    "event_not_carried": ErrorKind(
        422,
        "The event has a property that its details have no place for.",
        "Give it a namespace, or at most eight of them; `params` names the property.",
    ),
    "event_too_large": ErrorKind(
        422, "The event speaks of more things than one record carries.", "Tell it in several events."
    ),
}

CAPTURE = _EVENTS | SHEETS
