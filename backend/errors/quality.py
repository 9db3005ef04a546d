"""What certificates, logger files and release blocks can meet."""

from backend.errors.kind import ErrorKind

QUALITY = {
    "certificate_version_unknown": ErrorKind(
        422, "The certificate is of another schema than CoA v1.1.0.", "Have it issued under the schema in `params`."
    ),
    "attachment_malformed": ErrorKind(
        422,
        "An attachment is not what it says it is.",
        "Have the document issued again, or leave the attachment out.",
    ),
    "logger_encoding_unknown": ErrorKind(
        422, "The logger file is neither UTF-8 nor UTF-16 nor GB18030.", "Export it as CSV in UTF-8."
    ),
    "logger_columns_unknown": ErrorKind(
        422,
        "No line of the logger file names a time and a temperature column.",
        "Export it with a header line; docs/documents.md lists the names read.",
    ),
    "logger_row_unreadable": ErrorKind(
        422, "A row of the logger file cannot be read.", "Correct the row in `params`, or export the file again."
    ),
    "logger_times_disordered": ErrorKind(
        422, "The times of the logger file go back and forth.", "Export one logger's readings in order of time."
    ),
    "logger_readings_missing": ErrorKind(
        422, "The logger file has no reading, or more than are read here.", "Export the days of this transport alone."
    ),
    "zone_unknown": ErrorKind(422, "No time zone has that name.", "Name it as Asia/Shanghai is named (IANA)."),
    "release_blocked": ErrorKind(
        409,
        "The holding has open findings, so it cannot be released.",
        "Have a second person close the blocks in `params` with a reason, or judge it failed.",
    ),
    "block_closed": ErrorKind(409, "The block was closed before.", "Read it: it names who closed it and why."),
    "second_person_required": ErrorKind(
        403, "Who brought the document does not decide on its findings.", "Have another person close the block."
    ),
}
