"""What a document can meet when it is read: its size, its form, what it is."""

from backend.errors.kind import ErrorKind

DOCUMENTS = {
    "document_too_large": ErrorKind(
        413, "The document is larger than this service reads.", "Send it without attachments, or in parts."
    ),
    "document_too_deep": ErrorKind(
        422,
        "The document nests deeper, or has more parts, than any real one.",
        "Check what wrote it.",
    ),
    "document_kind_unknown": ErrorKind(
        422, "The document is of none of the kinds read here.", "docs/documents.md lists the kinds."
    ),
    "document_invalid": ErrorKind(
        422, "The document does not have the form of its kind.", "Correct the places in `params.fields`."
    ),
    "xml_malformed": ErrorKind(422, "The document is no well-formed XML.", "Correct it at the line in `params`."),
    "xml_encoding_wrong": ErrorKind(
        422,
        "The bytes are not in the encoding that the document claims.",
        "Save it as UTF-8, or declare its true encoding.",
    ),
    "xml_doctype_refused": ErrorKind(
        422, "The document has a document type declaration.", "Send it without <!DOCTYPE>; UBL needs none."
    ),
    "json_malformed": ErrorKind(
        422, "The document is no JSON, or has a name twice in one object.", "Correct it at the place in `params`."
    ),
}
