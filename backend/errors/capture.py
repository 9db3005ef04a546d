"""What capture refuses."""

from backend.errors.kind import ErrorKind

CAPTURE = {
    "event_duplicate": ErrorKind(
        409, "Your organisation has captured this event before.", "Nothing is to be done; `params` names the record."
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
